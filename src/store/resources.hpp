// Users, groups and every other resource of a directory, and who is a member of which group.
//
// Every function takes the directory's id first, and it comes from the authenticated caller alone. Queries
// are bounded or say so.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace scimd::store::resources {

struct row {
    resource_id id;
    std::int64_t version = 1;
    time_point created;
    time_point modified;
    std::string document;  // canonical JSON text
};

// The columns id, version, created_at, modified_at and document come first, in this order.
row read_row(const sql::row& current);

// What of a document stands in columns of its own, so that equality is an index look-up. Text is folded
// unless the attribute is caseExact.
struct index_columns {
    // userName, a group's displayName: unique in directory and type.
    std::optional<std::string> unique_key{};
    // displayName of a user.
    std::optional<std::string> display_key{};
    // As sent.
    std::optional<std::string> external_id{};
    std::optional<bool> active{};
    // Attribute ("emails.value") and value, many each.
    std::vector<std::pair<std::string, std::string>> values{};
};

std::optional<row> find(transaction& tx, directory_id directory, std::string_view type, resource_id id);

// Empty when another resource of the type holds the unique key already; nothing is written then. `created`
// and `modified` become tx.now(), the version 1.
std::optional<row> insert(
    transaction& tx,
    directory_id directory,
    std::string_view type,
    std::string_view document,
    const index_columns& columns
);

// Of the resource as it is; empty: there is none.
std::optional<std::int64_t> version_of(
    transaction& tx, directory_id directory, std::string_view type, resource_id id
);

// Version + 1, modified = tx.now(). false: another resource of the type holds the unique key already; nothing
// is written then. The resource must exist.
bool rewrite(
    transaction& tx,
    directory_id directory,
    std::string_view type,
    resource_id id,
    std::string_view document,
    const index_columns& columns
);

// The same, and the row as it is then; empty instead of false.
std::optional<row> update(
    transaction& tx,
    directory_id directory,
    std::string_view type,
    resource_id id,
    std::string_view document,
    const index_columns& columns
);

// Version + 1, modified = tx.now() with the document as it is: a group whose members changed.
row touch(transaction& tx, directory_id directory, std::string_view type, resource_id id);

// The same without reading it; nothing happens where there is none.
void raise_version(transaction& tx, directory_id directory, std::string_view type, resource_id id);

// The same of every group that `member` is directly a member of.
void touch_groups_of(transaction& tx, directory_id directory, resource_id member);

// With its index rows and its memberships in both directions.
void remove(transaction& tx, directory_id directory, std::string_view type, resource_id id);

// Which of these ids are resources of the directory, with their types; others are left out. Order as given.
struct kind {
    resource_id id;
    std::string type;
};
std::vector<kind> kinds_of(transaction& tx, directory_id directory, const std::vector<resource_id>& ids);

// Whether a user may come in; empty: there is no such user. Who does not say is active.
std::optional<bool> is_active_user(transaction& tx, directory_id directory, resource_id id);

// How many of the type there are: a kept count, not a scan.
std::int64_t count(transaction& tx, directory_id directory, std::string_view type);

// --- lists

// A condition compiled from a filter (filter_sql.hpp): text over the alias r, and its parameters from $3 on
// ($1 directory, $2 type). An empty text is everything.
struct condition {
    std::string text;
    std::vector<std::variant<std::int64_t, std::string>> parameters;
};

enum class sort_column { id, unique_key, display_key, external_id, created, modified };
struct ordering {
    sort_column by = sort_column::id;  // ties by id
    bool is_descending = false;
};

std::int64_t count_where(
    transaction& tx, directory_id directory, std::string_view type, const condition& filter
);

// Calls `each` with row after row in that order; false stops. `limit` < 0: all.
void list(
    transaction& tx,
    directory_id directory,
    std::string_view type,
    const condition& filter,
    const ordering& order,
    std::int64_t offset,
    std::int64_t limit,
    const std::function<bool(const row&)>& each
);

// What a row is ordered by: nothing, where it has no value in the column or the order is that of ids.
using sort_value = std::variant<std::monostate, std::int64_t, std::string>;
struct place {
    sort_value value{};
    resource_id id;
};

// Like list(), with each row's place: at most `limit` rows behind `after`, wherever that is; false stops. The
// cost is that of the rows read where an index has the order (every column but those of other conditions).
void list_behind(
    transaction& tx,
    directory_id directory,
    std::string_view type,
    const condition& filter,
    const ordering& order,
    const std::optional<place>& after,
    std::int64_t limit,
    const std::function<bool(const row&, const sort_value&)>& each
);

// --- members

struct member_row {
    resource_id id;
    std::string type;     // "User" or "Group"
    std::string display;  // as the client gave it; empty: none
};

struct membership {  // a group that somebody is a member of
    resource_id group;
    std::string display_name;

    friend bool operator==(const membership&, const membership&) = default;
};

// In the order of ids; `each` false stops.
void members_of(
    transaction& tx,
    directory_id directory,
    resource_id group,
    const std::function<bool(const member_row&)>& each
);
std::string name_of_group(transaction& tx, directory_id directory, resource_id group);   // empty: none
std::int64_t count_members(transaction& tx, directory_id directory, resource_id group);  // a kept count
bool is_member(transaction& tx, directory_id directory, resource_id group, resource_id candidate);
std::optional<std::string> display_of_member(
    transaction& tx, directory_id directory, resource_id group, resource_id member
);

// The groups that `member` is directly a member of, in the order of ids.
std::vector<membership> groups_of(
    transaction& tx, directory_id directory, resource_id member, std::int64_t limit = sql::integer_max
);
std::vector<membership> last_groups_of(
    transaction& tx, directory_id directory, resource_id member, std::int64_t limit
);  // from the last one back
std::vector<resource_id> group_ids_of(
    transaction& tx, directory_id directory, resource_id member, std::int64_t limit
);

// How many these are: a kept count.
std::int64_t count_groups_of(transaction& tx, directory_id directory, resource_id member);

// The groups of many at once, in the order of members and then of groups; `each` false stops.
void groups_of_each(
    transaction& tx,
    directory_id directory,
    const std::vector<resource_id>& members,
    const std::function<bool(resource_id member, const membership& of)>& each
);

// The kept counts of many at once, in the order given.
std::vector<std::int64_t> count_groups_of_each(
    transaction& tx, directory_id directory, const std::vector<resource_id>& members
);

bool add_member(
    transaction& tx, directory_id directory, resource_id group, const member_row& member
);  // false: was one
std::optional<std::string> remove_member(
    transaction& tx, directory_id directory, resource_id group, resource_id member
);  // the display it had; nothing: was none
bool set_member_display(
    transaction& tx, directory_id directory, resource_id group, resource_id member, std::string_view display
);  // false: as it was

}  // namespace scimd::store::resources
