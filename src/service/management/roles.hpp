// Roles of the environment and of organizations, and their assignment to users by the groups of a directory.
// Functions of a transaction.
//
// A user has the roles of all groups that it is a direct member of, in the order of the directory's
// assignments; without one the default role of the organization, otherwise of the environment. The store
// keeps the roles that events have published, so that a change of roles publishes one user_updated for each
// user whose roles really differ.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/auth/caller.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/transaction.hpp"
#include "store/roles.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service::roles {

constexpr std::size_t roles_max = 500;        // of one scope
constexpr std::size_t permissions_max = 100;  // of one role
constexpr std::size_t extension_depth_max = 10;
constexpr std::size_t assignments_max = 1'000;  // of one directory
constexpr std::size_t recount_batch_max = 200;  // users compared in one transaction

using store::roles::role;
using store::roles::role_id;
using store::roles::scope;

// Finds a role of the scope, otherwise of the environment.
std::optional<role> find_visible(store::transaction& tx, const scope& owner, std::string_view name);

// A requested change of a role; empty members stay as they are.
struct change {
    std::optional<std::string> display_name{};
    std::optional<std::string> description{};
    std::optional<std::string> extends{};  // empty text: none
    std::optional<std::vector<std::string>> permissions{};
};

// Creates a role and publishes role.created. invalid_value names the member, also when the name is taken in
// the scope or the environment. conflict: there are roles_max.
result<role> create(store::transaction& tx, const event_source& source, const scope& owner,
        std::string_view name, const change& wanted);

// Changes a role and publishes role.updated, unless nothing changed.
result<role> update(store::transaction& tx, const event_source& source, role changed, const change& wanted);

// Deletes a role and publishes role.deleted. Where it is a default, and where groups assign it, the visible
// role named `successor` replaces it. Without a successor the assignments are deleted, and the default
// becomes the role that it extends, otherwise the environment's "admin" (for creators of organizations) or
// "member", otherwise none; an organization whose own role is deleted falls back to the default of the
// environment. invalid_value: another role extends it.
result<void> remove(store::transaction& tx, const event_source& source, const role& removed,
        const std::string& successor);

// The error `forbidden` for a caller of one organization that would assign roles of the environment.
error environment_role_refusal(std::string_view field);

// The roles of a scope that users have without an assignment.
struct new_defaults {
    std::optional<std::string> creator{};  // a name; empty text: none; empty: unchanged
    std::optional<std::string> member{};
};
// Sets the default roles of a scope. A job recomputes the roles of its users when the one for members
// changes.
result<void> set_defaults(
        store::transaction& tx, const event_source& source, const scope& owner, const new_defaults& wanted);

// An assignment as a request has it.
struct wanted_assignment {
    std::string group;  // "dirgroup_42"
    std::string role_name;
    std::string role_id;  // empty: not given
};
// Replaces the assignments of a directory; the first ones take precedence. Errors name the index. Events
// about the users of a small directory are published at once, otherwise by a job. forbidden: assignments of
// roles of the environment would change and `is_of_environment` is false.
result<void> assign(store::transaction& tx, const caller& caller,
        const std::vector<wanted_assignment>& wanted, bool is_of_environment);

// Compares the roles of the next users of the directory, up to recount_batch_max, with the published ones and
// publishes the differences; finishes the recomputation when no user is left.
void recount_some(
        store::transaction& tx, const scim::catalogue_set& schemas, const store::roles::recount& job);

}  // namespace scimd::service::roles
