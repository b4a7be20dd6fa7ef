// Roles of an environment or an organization, their assignment to groups, and the roles of each user that
// events have published last. Tables roles, role_assignments, published_roles and role_recounts.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::roles {

struct role_kind {
    static constexpr std::string_view prefix = "role_";
};
using role_id = identifier<role_kind>;

// Empty: the roles of the environment. Otherwise those of one organization.
using scope = std::optional<organization_id>;

struct role {
    role_id id;
    scope owner;
    std::string name;
    std::string display_name;
    std::string description;
    std::optional<std::string> extends{};  // the name of another role
    std::string permissions = "[]";        // a JSON array of names

    friend bool operator==(const role&, const role&) = default;
};

// The name must be free in the scope.
role insert(transaction& tx, const role& what);
void update(transaction& tx, const role& what);  // everything but id, owner and name
void remove(transaction& tx, role_id id);        // with its assignments

// Looks in exactly that scope.
std::optional<role> find(transaction& tx, const scope& of, std::string_view name);
std::optional<role> find(transaction& tx, role_id id);
std::vector<role> list(transaction& tx, const scope& of);  // in the order of ids
std::int64_t count(transaction& tx, const scope& of);

// The number of roles that extend it. A role of the environment can be extended by every role, one of an
// organization only by its own.
std::int64_t count_dependents(transaction& tx, const role& extended);

// --- defaults

struct defaults {
    std::optional<role_id> creator{};  // only in the environment
    std::optional<role_id> member{};
};
defaults find_defaults(transaction& tx, const scope& of);
void set_defaults(transaction& tx, const scope& of, const defaults& to);
bool is_default(transaction& tx, role_id id);  // of the environment or an organization

// The roles that take the place of a role before it is deleted: as a default, and in assignments.
struct successors {
    std::optional<role_id> creator{};
    std::optional<role_id> member{};  // default of the environment
    std::optional<role_id>
            of_organizations{};         // default of organizations that chose it; none: the environment's
    std::optional<role_id> assigned{};  // in assignments; none: these stay
};
void replace(transaction& tx, role_id id, const successors& by);

// --- assignments

struct assignment {
    resource_id group;
    role_id role;
    std::string role_name;

    friend bool operator==(const assignment&, const assignment&) = default;
};
std::vector<assignment> assignments(transaction& tx, directory_id directory);  // by precedence
void replace_assignments(transaction& tx, directory_id directory, const std::vector<assignment>& with);

// The names of a user's roles: those of its direct groups in the order of the assignments, else the
// organization's default, else the environment's.
std::vector<std::string> names_of(transaction& tx, directory_id directory, resource_id user);

// The names of the roles of a user whose groups have no role.
std::vector<std::string> default_names(transaction& tx, directory_id directory);

// --- publication in events

// The names that the last event of the user had.
std::vector<std::string> published(transaction& tx, directory_id directory, resource_id user);
void set_published(
        transaction& tx, directory_id directory, resource_id user, const std::vector<std::string>& names);

// Requests a background comparison of all users of these directories with their published roles. `origin` is
// the event source, stored for the events. A comparison under way starts again.
void request_recount(transaction& tx, directory_id directory, std::string_view origin);
void request_recounts(
        transaction& tx, const scope& of, std::string_view origin);  // all directories in the scope
void request_recounts_by_role(
        transaction& tx, role_id id, std::string_view origin);  // directories that assign it

struct recount {
    directory_id directory;
    organization_id organization;
    resource_id after;  // the last user that was compared
    std::string origin;
};
// The request of the first directory after `after`, in the order of ids.
std::optional<recount> next_recount(transaction& tx, directory_id after = {});

// The next users to compare, without held users.
std::vector<resource_id> users_behind(
        transaction& tx, directory_id directory, resource_id after, std::int64_t limit);
void advance_recount(transaction& tx, directory_id directory, resource_id after);
void finish_recount(transaction& tx, directory_id directory);

}  // namespace scimd::store::roles
