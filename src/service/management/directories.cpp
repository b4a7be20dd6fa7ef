#include "service/management/directories.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "scim/schema/hidden_attributes.hpp"
#include "service/events/event_payload.hpp"
#include "service/events/event_source.hpp"
#include "service/events/events.hpp"
#include "service/groups/membership.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service/request_log/idp_detection.hpp"
#include "service/scim/representation.hpp"
#include "service/scim/user_publication.hpp"
#include "store/held_users.hpp"
#include "store/resources.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace scimd::service::directories {
namespace {

namespace tenants = store::tenants;
namespace rows = store::directories;
using tenants::domain_policy;

constexpr std::size_t removal_batches_at_once = 16;

// Memberships deleted in one transaction, which ends with the resource that exceeds the limit.
constexpr std::size_t removed_memberships_max = 1'000;

constexpr std::array<std::string_view, 3> statuses = {"DRAFT", "IN_PROGRESS", "COMPLETED"};

void publish_state(store::transaction& tx, const event_source& source, const tenants::directory& directory,
        std::string_view type) {
    event_draft draft;
    draft.type = type;
    draft.object = "Directory";
    draft.data = json::object{{"id", directory.id.text()}, {"organization_id", directory.organization.text()},
            {"directory_type", "SCIM"}, {"provider", directory.provider}, {"name", directory.name},
            {"enabled", directory.is_enabled}, {"updated_at", format_rfc3339(tx.now())}};
    publish(tx, source, {directory.organization, directory.id, directory.provider}, std::move(draft));
}

std::string_view state_type(bool is_enabled) {
    return is_enabled ? "organization.directory_enabled" : "organization.directory_disabled";
}

result<void> check(const change& wanted) {
    if (wanted.name && (wanted.name->size() > display_name_bytes_max || !is_storable(*wanted.name)))
        return error{errc::invalid_value, "name must have at most 200 bytes of text."};
    if (wanted.status && std::ranges::find(statuses, *wanted.status) == statuses.end())
        return error{errc::invalid_value, "status must be DRAFT, IN_PROGRESS or COMPLETED."};
    return wanted.provider ? check_provider(*wanted.provider) : result<void>();
}

// Publishes no events about memberships: the event about the group follows. Resources of a type that is not
// configured any more are deleted without an event.
void remove_resource(store::transaction& tx, const caller& caller, const rows::remainder& one) {
    const auto* type = caller.schemas->find_type(one.type);
    if (!type)
        return store::resources::remove(tx, caller.directory, one.type, one.id);
    const auto document = scim::visible_document(one.document, *type);
    const auto id = id_text(*type, one.id);
    user_publication users(tx, caller);
    auto last_state = one.type == "User" ? users.published({one.id, document, users.groups(one.id)})
                                         : normalize_group(caller, id, document);
    const bool was_held = store::held_users::is_held(tx, caller.directory, one.id);
    store::resources::remove(tx, caller.directory, one.type, one.id);
    if (was_held)  // no event has been published about a held user
        return;
    publish_change(tx, caller,
            {.type = type,
                    .version = one.version,
                    .before = std::move(last_state),
                    .after = std::nullopt,
                    .reason = "directory_deleted"});
}

}  // namespace

void publish_created(
        store::transaction& tx, const event_source& source, const tenants::directory& directory) {
    publish_state(tx, source, directory, "organization.directory.created");
    publish_state(tx, source, directory, state_type(true));
}

result<void> update(store::transaction& tx, const event_source& source, tenants::directory& directory,
        const change& wanted) {
    if (auto good = check(wanted); !good)
        return good.error();
    if (wanted.name) {
        rows::rename(tx, directory.id, *wanted.name);
        directory.name = *wanted.name;
    }
    if (wanted.provider) {
        rows::set_provider(tx, directory.id, *wanted.provider);
        directory.provider = *wanted.provider;
    }
    if (wanted.status)
        rows::set_status(tx, directory.id, *wanted.status);
    if (wanted.policy) {
        tenants::set_domain_policy(tx, directory.organization, directory.id, *wanted.policy);
        directory.policy = *wanted.policy;
    }
    if (wanted.gate_scope) {
        tenants::set_domain_gate_scope(tx, directory.organization, directory.id, *wanted.gate_scope);
        directory.gate_scope = *wanted.gate_scope;
    }
    if (wanted.is_enabled)
        set_enabled(tx, source, directory, *wanted.is_enabled);
    return {};
}

void set_enabled(
        store::transaction& tx, const event_source& source, tenants::directory& directory, bool is_enabled) {
    if (directory.is_enabled == is_enabled)
        return;
    tenants::set_directory_enabled(tx, directory.organization, directory.id, is_enabled);
    directory.is_enabled = is_enabled;
    publish_state(tx, source, directory, state_type(is_enabled));
}

result<void> begin_removal(
        store::transaction& tx, const event_source& source, const tenants::directory& directory) {
    if (directory.is_enabled)
        return error{errc::invalid_value, "The directory is enabled; disable it first, then delete it."};
    rows::begin_removal(tx, directory.id, event_source_text(source));
    return {};
}

bool remove_some(store::transaction& tx, const scim::catalogue_set& schemas, const rows::removal& removal) {
    const auto source = parse_event_source(removal.origin);
    auto caller = caller_for(source, removal.directory, schemas);
    caller.schemas = &schemas.of({});  // also the types that the directory does not use any more
    const auto left = rows::remaining(tx, removal.directory.id, removal_batch_max);
    std::int64_t memberships = 0;
    for (const auto& one : left) {
        if (membership_jobs::trim(tx, removal.directory.id, one.id))
            return false;
        memberships += store::resources::count_members(tx, removal.directory.id, one.id) +
                       store::resources::count_groups_of(tx, removal.directory.id, one.id);
        remove_resource(tx, caller, one);
        if (std::cmp_greater(memberships, removed_memberships_max))
            return false;
    }
    if (!left.empty() || rows::remove_rows(tx, removal.directory.id, removal_batch_max))
        return false;
    publish_state(tx, source, removal.directory, "organization.directory.deleted");
    rows::end_removal(tx, removal.directory.id);
    return true;
}

void remove_if_small(store::transaction& tx, const scim::catalogue_set& schemas, directory_id directory) {
    std::int64_t resources = 0;
    for (const auto& type : schemas.of({}).resource_types())
        resources += store::resources::count(tx, directory, type.name);
    if (resources > static_cast<std::int64_t>(removal_batch_max))
        return;
    const auto removal = rows::next_removal(tx, directory);
    for (std::size_t i = 0; removal && i < removal_batches_at_once; ++i)
        if (remove_some(tx, schemas, *removal))
            return;
}

result<void> check_provider(std::string_view provider) {
    if (provider.empty() || std::ranges::find(providers::all, provider) != providers::all.end())
        return {};
    std::string names;
    for (const auto name : providers::all)
        names.append(name).append(", ");
    return invalid_value("directory_provider must be one of " + names + "or be left out.");
}

result<tenants::domain_policy> parse_policy(std::string_view text) {
    for (const auto policy : {domain_policy::reject, domain_policy::hold, domain_policy::off})
        if (to_text(policy) == text)
            return policy;
    return error{errc::invalid_value, "domain_policy must be reject, hold or off."};
}

std::string_view to_text(domain_policy policy) {
    switch (policy) {
        case domain_policy::off:
            return "off";
        case domain_policy::reject:
            return "reject";
        case domain_policy::hold:
            return "hold";
    }
    return {};
}

std::optional<tenants::domain_gate_scope> parse_gate_scope(std::string_view text) {
    if (text == "primary")
        return tenants::domain_gate_scope::primary;
    if (text == "all")
        return tenants::domain_gate_scope::all;
    return std::nullopt;
}

std::string_view to_text(tenants::domain_gate_scope scope) {
    return scope == tenants::domain_gate_scope::all ? "all" : "primary";
}

result<tenants::scim_mode> parse_mode(std::string_view text) {
    if (text == "compat")
        return tenants::scim_mode::compat;
    if (text == "strict")
        return tenants::scim_mode::strict;
    return error{errc::invalid_value, "scim_mode must be compat or strict."};
}

std::string_view to_text(tenants::scim_mode mode) {
    return mode == tenants::scim_mode::strict ? "strict" : "compat";
}

std::optional<tenants::unknown_members> parse_unknown_members(std::string_view text) {
    if (text == "refuse")
        return tenants::unknown_members::refuse;
    if (text == "ignore")
        return tenants::unknown_members::ignore;
    return std::nullopt;
}

std::string_view to_text(tenants::unknown_members members) {
    return members == tenants::unknown_members::ignore ? "ignore" : "refuse";
}

}  // namespace scimd::service::directories
