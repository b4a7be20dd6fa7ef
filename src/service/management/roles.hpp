// Roles of the environment and of organizations, which groups of a directory give them to their users, and
// who has to be told.
//
// A user has the roles of all groups that it is a direct member of, in the order of the directory's
// assignments; without one the default role of the organization, else of the environment. What events have
// told of it is kept, so that whatever changes roles makes one user_updated for each user whose roles really
// differ, and none for the others.
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

// Of the scope itself, else of the environment.
std::optional<role> find_in_sight(store::transaction& tx, const scope& of, std::string_view name);

// What a request says of a role; what is empty stays as it is.
struct change {
    std::optional<std::string> display_name{};
    std::optional<std::string> description{};
    std::optional<std::string> extends{};  // empty text: none
    std::optional<std::vector<std::string>> permissions{};
};

// With its event, role.created. invalid_value names the member: the name may be taken in sight. conflict:
// there are too many.
result<role> create(
    store::transaction& tx,
    const event_source& from,
    const scope& of,
    std::string_view name,
    const change& what
);
result<role> update(store::transaction& tx, const event_source& from, role which, const change& what);

// invalid_value while another role extends it. Where it is a default, and where groups give it, `successor`
// takes its place, the name of a role in its sight; without one it is no longer given, and the default is the
// role that it extends, else the environment's "admin" (of those who make organizations) or "member", else
// none. An organization whose own role goes has the environment's default.
result<void> remove(
    store::transaction& tx, const event_source& from, const role& which, const std::string& successor
);

// forbidden, where a caller of one organization would decide about roles of the environment.
error environment_role_refusal(std::string_view field);

struct new_defaults {
    std::optional<std::string> creator{};  // a name; empty text: none; empty: as it is
    std::optional<std::string> member{};
};
// The users of a scope whose default for members has changed are recounted by a job.
result<void> set_defaults(
    store::transaction& tx, const event_source& from, const scope& of, const new_defaults& to
);

struct wanted_assignment {
    std::string group;  // "dirgroup_42"
    std::string role_name;
    std::string role_id;  // empty: not given
};
// The whole list, the first with precedence. Errors name the index. The users of a small directory are told
// at once, those of others by a job. forbidden: roles of the environment would be given or taken, and
// `is_of_environment` is false.
result<void> assign(
    store::transaction& tx,
    const caller& where,
    const std::vector<wanted_assignment>& wanted,
    bool is_of_environment
);

// Compares the next users of the directory with what was told, up to recount_batch_max, and tells what
// differs; ends the recount when none was left.
void recount_some(
    store::transaction& tx, const scim::catalogue_set& schemas, const store::roles::recount& what
);

}  // namespace scimd::service::roles
