#include "service/management/roles.hpp"

#include "base/text.hpp"
#include "scim/schema/hidden_attributes.hpp"
#include "service/events/event_source.hpp"
#include "service/events/events.hpp"
#include "service/scim/user_publication.hpp"
#include "store/resources.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace scimd::service::roles {
namespace {

namespace rows = store::roles;
namespace resources = store::resources;

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t display_name_bytes_max = 200;
constexpr std::size_t description_bytes_max = 1'000;
constexpr std::size_t permission_bytes_max = 100;

bool is_name(std::string_view text) {
    const auto is_plain = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_';
    };
    return !text.empty() && text.size() <= name_bytes_max && std::ranges::all_of(text, is_plain);
}

result<void> check_text(
        std::string_view name, std::string_view text, std::size_t bytes_min, std::size_t bytes_max) {
    if (text.size() >= bytes_min && text.size() <= bytes_max && is_storable(text))
        return {};
    return invalid_value(std::string(name) + " must have " + std::to_string(bytes_min) + " to " +
                         std::to_string(bytes_max) + " bytes of text.");
}

// Checks the chain of roles that a role would extend: all exist, there is no cycle, and the depth is bounded.
result<void> check_extends(store::transaction& tx, const role& extending) {
    auto next = extending.extends;
    for (std::size_t depth = 0; next; ++depth) {
        if (*next == extending.name)
            return invalid_value("extends: a role cannot extend itself, directly or through others.");
        if (depth == extension_depth_max)
            return invalid_value("extends: more than 10 roles extend each other.");
        const auto base = find_visible(tx, extending.owner, *next);
        if (!base)
            return error{
                    errc::not_found, "extends: there is no role " + next->substr(0, name_bytes_max) + "."};
        next = base->extends;
    }
    return {};
}

result<void> check_permissions(const std::vector<std::string>& names) {
    if (names.size() > permissions_max)
        return invalid_value("permissions has more than 100 names.");
    for (const auto& name : names)
        if (auto good = check_text("permissions: a name", name, 1, permission_bytes_max); !good)
            return good.error();
    return {};
}

result<void> apply(store::transaction& tx, const change& wanted, role& to) {
    if (wanted.display_name) {
        if (auto good = check_text("display_name", *wanted.display_name, 1, display_name_bytes_max); !good)
            return good.error();
        to.display_name = *wanted.display_name;
    }
    if (wanted.description) {
        if (auto good = check_text("description", *wanted.description, 0, description_bytes_max); !good)
            return good.error();
        to.description = *wanted.description;
    }
    if (wanted.permissions) {
        if (auto good = check_permissions(*wanted.permissions); !good)
            return good.error();
        to.permissions = to_text(json::array(wanted.permissions->begin(), wanted.permissions->end()));
    }
    if (wanted.extends) {
        to.extends = wanted.extends->empty() ? std::nullopt : wanted.extends;
        if (auto good = check_extends(tx, to); !good)
            return good.error();
    }
    return {};
}

json::object role_data(const role& shown) {
    json::object data{{"id", shown.id.text()}, {"name", shown.name}, {"display_name", shown.display_name},
            {"description", shown.description}, {"permissions", parse_json(shown.permissions).value()}};
    if (shown.extends)
        data["extends"] = *shown.extends;
    return data;
}

// `before` is the previous state of an updated role.
void publish_role(store::transaction& tx, const event_source& source, const role& subject,
        std::string_view type, const role* before = nullptr) {
    event_draft draft;
    draft.type = type;
    draft.object = "Role";
    draft.data = role_data(subject);
    if (before)
        note_difference(role_data(*before), draft.data, draft);
    publish(tx, source, {subject.owner, std::nullopt, {}}, std::move(draft));
}

result<std::optional<role_id>> default_of(
        store::transaction& tx, const scope& owner, std::string_view member, const std::string& name) {
    if (name.empty())
        return std::optional<role_id>();
    const auto found = find_visible(tx, owner, name);
    if (!found)
        return error{errc::not_found,
                std::string(member) + ": there is no role " + name.substr(0, name_bytes_max) + "."};
    return std::optional(found->id);
}

result<rows::assignment> read_assignment(
        store::transaction& tx, const caller& caller, const wanted_assignment& wanted, std::size_t index) {
    const auto at = "assignments[" + std::to_string(index) + "].";
    const auto group = parse_prefixed(wanted.group, group_prefix);
    if (!group || !resources::find(tx, caller.directory, "Group", {*group}))
        return error{errc::not_found, at + "group_id: this directory has no such group."};
    const auto found = find_visible(tx, caller.organization, wanted.role_name);
    if (!found)
        return error{errc::not_found, at + "role_name: there is no such role."};
    if (!wanted.role_id.empty() && wanted.role_id != found->id.text())
        return error{errc::conflict, at + "role_id: this is not the role " + found->name + "."};
    return rows::assignment{{*group}, found->id, found->name};
}

// The default that replaces a deleted role: the role that it extends, otherwise for a role of the environment
// the one named `usual`. Empty: none.
std::optional<role_id> fallback_of(store::transaction& tx, const role& removed, std::string_view usual) {
    auto found = removed.extends ? find_visible(tx, removed.owner, *removed.extends) : std::nullopt;
    if (!found && !removed.owner)
        found = rows::find(tx, std::nullopt, usual);
    return found && found->id != removed.id ? std::optional(found->id) : std::nullopt;
}

result<rows::successors> successors_of(
        store::transaction& tx, const role& removed, const std::string& successor) {
    if (successor.empty()) {
        rows::successors made;
        made.creator = fallback_of(tx, removed, "admin");
        made.member = fallback_of(tx, removed, "member");
        if (!removed.owner)
            made.of_organizations = made.member;
        return made;
    }
    const auto found = find_visible(tx, removed.owner, successor);
    if (!found || found->id == removed.id)
        return invalid_value(
                "reassign_role_name: there is no other role " + successor.substr(0, name_bytes_max) + ".");
    return rows::successors{found->id, found->id, found->id, found->id};
}

using given_roles = std::set<std::pair<resource_id, role_id>>;

given_roles of_environment(store::transaction& tx, const std::vector<rows::assignment>& among) {
    given_roles found;
    for (const auto& one : among)
        if (const auto known = rows::find(tx, one.role); known && !known->owner)
            found.emplace(one.group, one.role);
    return found;
}

// Publishes user_updated when the roles of the user differ from the published ones. When groups of the user
// are pending, their event contains the roles, too (membership_events.hpp).
void publish_if_changed(
        store::transaction& tx, const caller& caller, user_publication& users, resource_id user) {
    auto before = users.published_roles(user);
    if (before == users.current_roles(user) || !users.pending_groups(user).empty())
        return;
    const auto row = resources::find(tx, caller.directory, "User", user).value();
    const auto document = scim::visible_document(row.document, *caller.schemas->find_type("User"));
    event_draft draft;
    draft.type = "organization.directory.user_updated";
    draft.object = "DirectoryUser";
    draft.object_version = row.version;
    draft.data = users.publish({user, document, users.groups(user)});
    draft.changed_attributes = {"roles"};
    draft.previous_attributes = json::object{{"roles", std::move(before)}};
    draft.update = difference_from(draft.previous_attributes, draft.data);
    publish(tx, caller, std::move(draft));
}

// Compares the next users in the order of ids. Returns the last one; 0: none was left.
resource_id compare_batch(store::transaction& tx, const caller& caller, resource_id after) {
    const auto batch =
            rows::users_behind(tx, caller.directory, after, static_cast<std::int64_t>(recount_batch_max));
    user_publication users(tx, caller);
    for (const auto user : batch)
        publish_if_changed(tx, caller, users, user);
    return batch.empty() ? resource_id{} : batch.back();
}

}  // namespace

std::optional<role> find_visible(store::transaction& tx, const scope& owner, std::string_view name) {
    auto found = rows::find(tx, owner, name);
    return found || !owner ? found : rows::find(tx, std::nullopt, name);
}

result<role> create(store::transaction& tx, const event_source& source, const scope& owner,
        std::string_view name, const change& wanted) {
    if (!is_name(name))
        return invalid_value("name must have 1 to 64 letters, digits or underscores.");
    if (find_visible(tx, owner, name))
        return invalid_value("A role " + std::string(name) + " already exists.");
    if (rows::count(tx, owner) >= static_cast<std::int64_t>(roles_max))
        return error{errc::conflict, "There are 500 roles already; delete one first."};
    role made{{}, owner, std::string(name), std::string(name), {}};
    if (auto applied = apply(tx, wanted, made); !applied)
        return applied.error();
    made = rows::insert(tx, made);
    publish_role(tx, source, made, "role.created");
    return made;
}

result<role> update(store::transaction& tx, const event_source& source, role changed, const change& wanted) {
    const auto before = changed;
    if (auto applied = apply(tx, wanted, changed); !applied)
        return applied.error();
    if (changed == before)
        return changed;
    rows::update(tx, changed);
    publish_role(tx, source, changed, "role.updated", &before);
    return changed;
}

error environment_role_refusal(std::string_view field) {
    return {errc::forbidden, std::string(field) +
                                     ": roles of the environment are given by the operator and by clients of "
                                     "the whole environment."};
}

result<void> remove(store::transaction& tx, const event_source& source, const role& removed,
        const std::string& successor) {
    if (rows::count_dependents(tx, removed) > 0)
        return invalid_value("The role " + removed.name + " is extended by others; change these first.");
    const auto successors = successors_of(tx, removed, successor);
    if (!successors)
        return successors.error();
    if (rows::is_default(tx, removed.id))
        rows::request_recounts(tx, removed.owner, event_source_text(source));
    else
        rows::request_recounts_by_role(tx, removed.id, event_source_text(source));
    rows::replace(tx, removed.id, *successors);
    rows::remove(tx, removed.id);
    publish_role(tx, source, removed, "role.deleted");
    return {};
}

result<void> set_defaults(
        store::transaction& tx, const event_source& source, const scope& owner, const new_defaults& wanted) {
    auto defaults = rows::find_defaults(tx, owner);
    if (wanted.creator) {
        const auto found = default_of(tx, owner, "default_creator_role", *wanted.creator);
        if (!found)
            return found.error();
        defaults.creator = *found;
    }
    if (wanted.member) {
        const auto found = default_of(tx, owner, "default_member_role", *wanted.member);
        if (!found)
            return found.error();
        if (defaults.member != *found)
            rows::request_recounts(tx, owner, event_source_text(source));
        defaults.member = *found;
    }
    rows::set_defaults(tx, owner, defaults);
    return {};
}

result<void> assign(store::transaction& tx, const caller& caller,
        const std::vector<wanted_assignment>& wanted, bool is_of_environment) {
    if (wanted.size() > assignments_max)
        return invalid_value("assignments has more than 1,000 elements.");
    std::vector<rows::assignment> next;
    given_roles seen;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        auto read = read_assignment(tx, caller, wanted[i], i);
        if (!read)
            return read.error();
        if (!seen.emplace(read->group, read->role).second)
            return invalid_value("assignments[" + std::to_string(i) + "] is a duplicate.");
        next.push_back(std::move(*read));
    }
    const auto before = rows::assignments(tx, caller.directory);
    if (next == before)
        return {};
    if (!is_of_environment && of_environment(tx, next) != of_environment(tx, before))
        return environment_role_refusal("assignments");
    rows::replace_assignments(tx, caller.directory, next);
    // A directory that needs only one batch does not wait for the job.
    if (resources::count(tx, caller.directory, "User") <= static_cast<std::int64_t>(recount_batch_max))
        compare_batch(tx, caller, {});
    else
        rows::request_recount(tx, caller.directory, event_source_text(event_source_of(caller)));
    return {};
}

void recount_some(store::transaction& tx, const scim::catalogue_set& schemas, const rows::recount& job) {
    const auto directory = store::tenants::find_directory(tx, job.organization, job.directory);
    const auto source = parse_event_source(job.origin);
    const auto last =
            directory ? compare_batch(tx, caller_for(source, *directory, schemas), job.after) : resource_id();
    if (last.value == 0)
        rows::finish_recount(tx, job.directory);
    else
        rows::advance_recount(tx, job.directory, last);
}

}  // namespace scimd::service::roles
