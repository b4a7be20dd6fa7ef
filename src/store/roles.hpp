// Roles, which groups of a directory give them, and what has been told of each user's.
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

// The environment's own, or those of one organization.
using scope = std::optional<organization_id>;

struct role {
    role_id id;
    scope owner;
    std::string name;
    std::string display_name;
    std::string description;
    std::optional<std::string> extends{};  // a name
    std::string permissions = "[]";        // a JSON array of names

    friend bool operator==(const role&, const role&) = default;
};

// The name must be free in the scope.
role insert(transaction& tx, const role& what);
void update(transaction& tx, const role& what);  // all but id, owner and name
void remove(transaction& tx, role_id id);        // with its assignments

// Of exactly that scope.
std::optional<role> find(transaction& tx, const scope& of, std::string_view name);
std::optional<role> find(transaction& tx, role_id id);
std::vector<role> list(transaction& tx, const scope& of);  // in the order of ids
std::int64_t count(transaction& tx, const scope& of);

// How many roles extend it: of the environment, and of one organization or, for the environment's, of any.
std::int64_t count_dependents(transaction& tx, const role& extended);

// --- defaults

struct defaults {
    std::optional<role_id> creator{};  // of the environment only
    std::optional<role_id> member{};
};
defaults find_defaults(transaction& tx, const scope& of);
void set_defaults(transaction& tx, const scope& of, const defaults& to);
bool is_default(transaction& tx, role_id id);  // of the environment or of any organization

// Wherever it is a default, others are, and where groups give it, `assigned` if there is one.
struct successors {
    std::optional<role_id> creator{};
    std::optional<role_id> member{};            // of the environment
    std::optional<role_id> of_organizations{};  // of those that have chosen it; none: the environment's
    std::optional<role_id> assigned{};
};
void replace(transaction& tx, role_id id, const successors& by);

// --- assignments

struct assignment {
    resource_id group;
    role_id role;
    std::string role_name;

    friend bool operator==(const assignment&, const assignment&) = default;
};
std::vector<assignment> assignments(transaction& tx, directory_id directory);  // the first comes first
void replace_assignments(transaction& tx, directory_id directory, const std::vector<assignment>& with);

// The names of a user's roles: by its direct groups in the order of the assignments, else the organization's
// default, else the environment's.
std::vector<std::string> names_of(transaction& tx, directory_id directory, resource_id user);

// Of a user without such groups.
std::vector<std::string> default_names(transaction& tx, directory_id directory);

// --- what has been told

std::vector<std::string> published(transaction& tx, directory_id directory, resource_id user);
void set_published(
    transaction& tx, directory_id directory, resource_id user, const std::vector<std::string>& names
);

// Asks for all users of these directories to be compared with what was told. `origin` is kept for the events.
void request_recount(transaction& tx, directory_id directory, std::string_view origin);
void request_recounts(transaction& tx, const scope& of, std::string_view origin);     // all in the scope
void request_recounts_by_role(transaction& tx, role_id id, std::string_view origin);  // where groups give it

struct recount {
    directory_id directory;
    organization_id organization;
    resource_id after;  // the last user that has been compared
    std::string origin;
};
// Of the first directory behind that one, in the order of ids.
std::optional<recount> next_recount(transaction& tx, directory_id after = {});

// The next users to compare, without those who are held.
std::vector<resource_id> users_behind(
    transaction& tx, directory_id directory, resource_id after, std::int64_t limit
);
void advance_recount(transaction& tx, directory_id directory, resource_id after);
void finish_recount(transaction& tx, directory_id directory);

}  // namespace scimd::store::roles
