#include "service/management/organizations.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "service/auth/session_policy.hpp"
#include "service/domains/domains.hpp"
#include "service/events/events.hpp"
#include "service/management/directories.hpp"

#include <algorithm>
#include <array>

namespace scimd::service::organizations {
namespace {

namespace tenants = store::tenants;

constexpr std::size_t directories_at_once = 100;  // of a removed organization

struct feature_name {
    std::string_view name;
    bool is_always_shown;  // once any feature has been set
    bool is_on_by_default;
};

// In the order of responses.
constexpr std::array features = {feature_name{"sso", true, false}, feature_name{"dir_sync", true, true},
        feature_name{"domain_verification", false, true}, feature_name{"session_policy", false, false}};

std::string_view without_alias(std::string_view name) {
    return name == "directory_sync" || name == "scim" ? "dir_sync" : name;
}

std::size_t characters_in(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;  // not a continuation of UTF-8
    }));
}

result<void> check_length(
        std::string_view name, std::string_view text, std::size_t length_min, std::size_t length_max) {
    const auto length = characters_in(text);
    if (length >= length_min && length <= length_max && is_storable(text))
        return {};
    return invalid_value(std::string(name) + " must have " + std::to_string(length_min) + " to " +
                         std::to_string(length_max) + " characters of text.");
}

result<std::string> check_metadata(const json::object& wanted) {
    if (wanted.size() > metadata_pairs_max)
        return invalid_value("metadata must have at most 10 pairs.");
    for (const auto& [key, value] : wanted) {
        if (auto checked = check_length("metadata: each key", key, metadata_key_min, metadata_key_max);
                !checked)
            return checked.error();
        if (!value.is_string())
            return invalid_value("metadata: each value must be a string.");
        if (auto checked = check_length("metadata: each value", value.get_string(), 1, metadata_value_max);
                !checked)
            return checked.error();
    }
    return to_text(wanted);
}

bool is_label(std::string_view label) {
    constexpr std::size_t label_bytes_max = 63;
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !label.empty() && label.size() <= label_bytes_max && std::ranges::all_of(label, is_letter) &&
           label.front() != '-' && label.back() != '-';
}

result<std::optional<std::string>> check_slug(std::string_view text) {
    if (text.empty())
        return std::optional<std::string>();
    auto slug = to_lower_ascii(text);
    if (slug.size() > slug_bytes_max || !std::ranges::all_of(split(slug, '.'), is_label))
        return invalid_value(
                "slug must be a host name of at most 253 bytes: letters, digits, hyphens and dots.");
    return std::optional(std::move(slug));
}

result<std::optional<std::string>> check_logo_url(std::string_view text) {
    constexpr std::string_view scheme = "https://";
    if (text.empty())
        return std::optional<std::string>();
    const auto is_plain = [](char c) { return c > ' ' && c < '\x7F' && c != '"' && c != '<' && c != '>'; };
    const bool has_host = text.size() > scheme.size() && text[scheme.size()] != '/';
    if (text.size() > logo_url_bytes_max || !text.starts_with(scheme) || !has_host ||
            !std::ranges::all_of(text, is_plain)) {
        return invalid_value("logo_url must be an https URL of at most 1024 bytes.");
    }
    return std::optional(std::string(text));
}

result<void> apply_names(organization& to, const change& wanted) {
    if (wanted.display_name) {
        const auto name = trim(*wanted.display_name);
        if (auto checked = check_length("display_name", name, 1, display_name_max); !checked)
            return checked.error();
        to.display_name = name;
    }
    if (wanted.external_id) {
        to.external_id.reset();
        if (!wanted.external_id->empty())
            to.external_id = *wanted.external_id;
        if (to.external_id) {
            if (auto checked = check_length("external_id", *to.external_id, 1, external_id_max); !checked)
                return checked.error();
        }
    }
    if (wanted.region_code) {
        if (*wanted.region_code != "US" && *wanted.region_code != "EU")
            return invalid_value("region_code must be US or EU.");
        to.region_code = *wanted.region_code;
    }
    return {};
}

result<void> apply(organization& to, const change& wanted) {
    if (auto applied = apply_names(to, wanted); !applied)
        return applied.error();
    if (wanted.metadata) {
        auto metadata = check_metadata(*wanted.metadata);
        if (!metadata)
            return metadata.error();
        to.metadata = std::move(*metadata);
    }
    if (wanted.slug) {
        auto slug = check_slug(*wanted.slug);
        if (!slug)
            return slug.error();
        to.slug = std::move(*slug);
    }
    if (wanted.logo_url) {
        auto url = check_logo_url(*wanted.logo_url);
        if (!url)
            return url.error();
        to.logo_url = std::move(*url);
    }
    return {};
}

// Empty: the external id and the slug are free, or belong to the organization.
std::optional<error> taken_name(store::transaction& tx, const organization& wanted) {
    const auto is_other = [&](const std::optional<organization>& found) {
        return found && found->id != wanted.id;
    };
    if (wanted.external_id && is_other(tenants::find_organization_by_external_id(tx, *wanted.external_id)))
        return error{errc::conflict, "An organization with this external_id already exists."};
    if (wanted.slug && is_other(tenants::find_organization_by_slug(tx, *wanted.slug)))
        return error{errc::conflict, "An organization with this slug already exists."};
    return std::nullopt;
}

json::object settings_of(std::string_view text) {
    const auto flags = parse_json_object(text).value();
    json::array listed;
    for (const auto& one : features) {
        const auto* flag = find(flags, one.name);
        if (flag || one.is_always_shown)
            listed.push_back(json::object{
                    {"name", one.name}, {"enabled", flag ? flag->as_bool() : one.is_on_by_default}});
    }
    return {{"features", std::move(listed)}};
}

json::object without_time(json::object shown) {
    shown.erase("update_time");
    return shown;
}

void publish_lifecycle(store::transaction& tx, const event_source& source, std::string_view type,
        const organization& now, const json::object* before = nullptr) {
    event_draft draft;
    draft.type = type;
    draft.object = "Organization";
    draft.data = to_json(now);
    if (type == "organization.deleted")
        draft.data["deleted_at"] = format_rfc3339(tx.now());
    if (before)
        note_difference(without_time(*before), without_time(draft.data), draft);
    publish(tx, source, {now.id, std::nullopt, {}}, std::move(draft));
}

// Writes `next` and publishes its event when it differs from `before`.
result<organization> store_change(
        store::transaction& tx, const event_source& source, const json::object& before, organization next) {
    if (to_json(next) == before)
        return next;
    if (auto taken = taken_name(tx, next))
        return std::move(*taken);
    tenants::update_organization(tx, next);
    next.updated = tx.now();
    publish_lifecycle(tx, source, "organization.updated", next, &before);
    return next;
}

}  // namespace

result<organization> create(store::transaction& tx, const event_source& source, const change& wanted) {
    organization next;
    if (auto applied = apply(next, wanted); !applied)
        return applied.error();
    if (next.display_name.empty())
        return invalid_value("display_name is required.");
    if (auto taken = taken_name(tx, next))
        return std::move(*taken);
    auto made = tenants::insert_organization(tx, std::move(next)).value();
    publish_lifecycle(tx, source, "organization.created", made);
    return made;
}

result<organization> update(
        store::transaction& tx, const event_source& source, organization before, const change& wanted) {
    const auto shown_before = to_json(before);
    if (auto applied = apply(before, wanted); !applied)
        return applied.error();
    return store_change(tx, source, shown_before, std::move(before));
}

bool has_feature(const organization& owner, std::string_view name) {
    const auto known = std::ranges::find(features, name, &feature_name::name);
    if (known == features.end())
        return false;
    if (!owner.features)
        return known->is_on_by_default;
    const auto flags = parse_json_object(*owner.features).value();
    const auto* flag = find(flags, name);
    return flag ? flag->as_bool() : known->is_on_by_default;
}

result<organization> switch_features(store::transaction& tx, const event_source& source, organization before,
        const std::vector<feature>& wanted) {
    const auto shown_before = to_json(before);
    auto flags = before.features ? parse_json_object(*before.features).value() : json::object();
    for (const auto& [given, is_enabled] : wanted) {
        const auto name = without_alias(given);
        if (std::ranges::find(features, name, &feature_name::name) == features.end()) {
            return invalid_value(
                    "features: name must be sso, dir_sync (or directory_sync, scim), domain_verification or"
                    " session_policy.");
        }
        flags[name] = is_enabled;
    }
    before.features = to_text(flags);
    return store_change(tx, source, shown_before, std::move(before));
}

result<tenants::directory> create_directory(store::transaction& tx, const event_source& source,
        organization_id owner, const new_directory& wanted) {
    const auto organization = tenants::find_organization(tx, owner);
    if (!organization)
        return error{errc::not_found, "The organization was not found."};
    if (!has_feature(*organization, "dir_sync"))
        return error{errc::forbidden,
                "The feature dir_sync is turned off for this organization: it has no new directories."};
    if (wanted.name.size() > directories::display_name_bytes_max || !is_storable(wanted.name))
        return error{errc::invalid_value, "name must have at most 200 bytes of text."};
    if (auto known = directories::check_provider(wanted.provider); !known)
        return known.error();
    if (tenants::count_directories(tx, owner) >= directories_max)
        return error{errc::conflict, "The organization has 1000 directories already; delete one first."};
    auto made = tenants::insert_directory(tx, owner, wanted.name, wanted.provider, wanted.policy);
    if (wanted.gate_scope != made.gate_scope) {
        tenants::set_domain_gate_scope(tx, owner, made.id, wanted.gate_scope);
        made.gate_scope = wanted.gate_scope;
    }
    directories::publish_created(tx, source, made);
    return made;
}

organization limit_users(store::transaction& tx, organization before, std::optional<std::int64_t> limit) {
    before.max_allowed_users = limit;
    tenants::update_organization(tx, before);
    before.updated = tx.now();
    return before;
}

result<organization> set_session_policy(
        store::transaction& tx, organization before, const json::object& wanted) {
    const auto policy = change_session_policy(stored_session_policy(before.session_policy), wanted);
    if (!policy)
        return policy.error();
    before.session_policy = to_text(session_policy_json(*policy));
    tenants::update_organization(tx, before);
    before.updated = tx.now();
    return before;
}

void begin_removal(store::transaction& tx, const event_source& source, const organization& removed) {
    for (const auto& domain : tenants::list_domains(tx, removed.id, 0, domains::domains_max))
        domains::remove(tx, source, domain);
    publish_lifecycle(tx, source, "organization.deleted", removed);
    tenants::begin_removal(tx, removed.id);
}

bool remove_some(store::transaction& tx, environment_id environment) {
    const auto removed = tenants::next_to_remove(tx);
    if (!removed)
        return false;
    if (!tenants::has_directories(tx, *removed)) {
        tenants::finish_removal(tx, *removed);
        return true;
    }
    const auto source = system_source(environment);
    auto left = tenants::list_directories(tx, *removed);
    if (left.size() > directories_at_once)
        left.resize(directories_at_once);
    for (auto& directory : left) {
        directory.is_enabled = false;
        directories::begin_removal(tx, source, directory).value();
    }
    return !left.empty();
}

json::object to_json(const organization& shown) {
    json::object body{{"id", shown.id.text()}, {"create_time", format_rfc3339(shown.created)},
            {"update_time", format_rfc3339(shown.updated)}, {"display_name", shown.display_name},
            {"region_code", shown.region_code}, {"metadata", parse_json_object(shown.metadata).value()}};
    if (shown.external_id)
        body["external_id"] = *shown.external_id;
    if (shown.slug)
        body["slug"] = *shown.slug;
    if (shown.logo_url)
        body["logo_url"] = *shown.logo_url;
    if (shown.features)
        body["settings"] = settings_of(*shown.features);
    return body;
}

}  // namespace scimd::service::organizations
