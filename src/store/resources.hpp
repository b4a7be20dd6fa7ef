// SCIM resources of a directory (users, groups, custom types) and the memberships of groups. Tables
// resources, resource_values, resource_counts, members, member_counts and membership_counts. Lists are
// implemented in resources_lists.cpp, memberships in resources_members.cpp.
//
// Tenant isolation: every function takes the directory's id, which comes from the authenticated caller alone,
// never from the request. Queries are bounded unless their comment says otherwise.
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

// Expects the columns id, version, created_at, modified_at and document first, in this order.
row read_row(const sql::row& current);

// Attributes of a document that have indexed columns of their own, so that a filter with eq is an index
// look-up. Text is case-folded unless the attribute is caseExact.
struct index_columns {
    // userName of a user, displayName of a group: unique in directory and type.
    std::optional<std::string> unique_key{};
    // displayName of a user.
    std::optional<std::string> display_key{};
    // externalId as sent, not folded.
    std::optional<std::string> external_id{};
    std::optional<bool> active{};
    // Multi-valued attributes: pairs of attribute ("emails.value") and value.
    std::vector<std::pair<std::string, std::string>> values{};
};

std::optional<row> find(transaction& tx, directory_id directory, std::string_view type, resource_id id);

// Returns nothing, and writes nothing, when another resource of the type has the unique key. `created` and
// `modified` become tx.now(), the version 1.
std::optional<row> insert(transaction& tx, directory_id directory, std::string_view type,
        std::string_view document, const index_columns& columns);

// The current version; empty when the resource does not exist.
std::optional<std::int64_t> version_of(
        transaction& tx, directory_id directory, std::string_view type, resource_id id);

// Replaces document and columns; version + 1, modified = tx.now(). Returns false, and writes nothing, when
// another resource of the type has the unique key. The resource must exist.
bool rewrite(transaction& tx, directory_id directory, std::string_view type, resource_id id,
        std::string_view document, const index_columns& columns);

// rewrite(), then reads the row; empty instead of false.
std::optional<row> update(transaction& tx, directory_id directory, std::string_view type, resource_id id,
        std::string_view document, const index_columns& columns);

// Version + 1, modified = tx.now(), the document unchanged: for a group whose members have changed.
row touch(transaction& tx, directory_id directory, std::string_view type, resource_id id);

// touch() without reading the row; does nothing when the resource does not exist.
void raise_version(transaction& tx, directory_id directory, std::string_view type, resource_id id);

// raise_version() for every group that `member` is directly in.
void touch_groups_of(transaction& tx, directory_id directory, resource_id member);

// Deletes the resource with its index rows and its memberships in both directions.
void remove(transaction& tx, directory_id directory, std::string_view type, resource_id id);

// The type of each id that is a resource of the directory, in the order given; other ids are left out.
struct kind {
    resource_id id;
    std::string type;
};
std::vector<kind> kinds_of(transaction& tx, directory_id directory, const std::vector<resource_id>& ids);

// The attribute `active` of a user, true when it is unassigned; empty when the user does not exist.
std::optional<bool> is_active_user(transaction& tx, directory_id directory, resource_id id);

// The number of resources of the type: reads a counter, scans nothing.
std::int64_t count(transaction& tx, directory_id directory, std::string_view type);

// --- lists

// An SQL condition compiled from a filter (filter_sql.hpp): text over the alias r, and its parameters from $3
// on
// ($1 is the directory, $2 the type). An empty text selects everything.
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
        transaction& tx, directory_id directory, std::string_view type, const condition& filter);

// Offset pagination: calls `each` with each row in that order until it returns false. `limit` < 0 means all.
void list(transaction& tx, directory_id directory, std::string_view type, const condition& filter,
        const ordering& order, std::int64_t offset, std::int64_t limit,
        const std::function<bool(const row&)>& each);

// The value of the sort column in a row; nothing when the column is null or the rows are sorted by id.
using sort_value = std::variant<std::monostate, std::int64_t, std::string>;
struct place {
    sort_value value{};
    resource_id id;
};

// Keyset pagination, for cursors: like list(), but at most `limit` rows after the place `after`. The cost is
// that of the rows that are read when an index has the order (every column but those of other conditions).
void list_behind(transaction& tx, directory_id directory, std::string_view type, const condition& filter,
        const ordering& order, const std::optional<place>& after, std::int64_t limit,
        const std::function<bool(const row&, const sort_value&)>& each);

// --- members

struct member_row {
    resource_id id;
    std::string type;     // "User" or "Group"
    std::string display;  // as the client gave it; empty: none
};

struct membership {  // a group, seen from its member
    resource_id group;
    std::string display_name;

    friend bool operator==(const membership&, const membership&) = default;
};

// The direct members of a group in the order of ids, until `each` returns false.
void members_of(transaction& tx, directory_id directory, resource_id group,
        const std::function<bool(const member_row&)>& each);
std::string name_of_group(transaction& tx, directory_id directory, resource_id group);   // empty: none
std::int64_t count_members(transaction& tx, directory_id directory, resource_id group);  // reads a counter
bool is_member(transaction& tx, directory_id directory, resource_id group, resource_id candidate);
std::optional<std::string> display_of_member(
        transaction& tx, directory_id directory, resource_id group, resource_id member);

// The groups that `member` is directly in, in the order of ids.
std::vector<membership> groups_of(
        transaction& tx, directory_id directory, resource_id member, std::int64_t limit = sql::integer_max);
std::vector<membership> last_groups_of(transaction& tx, directory_id directory, resource_id member,
        std::int64_t limit);  // in descending order
std::vector<resource_id> group_ids_of(
        transaction& tx, directory_id directory, resource_id member, std::int64_t limit);

// The number of groups that `member` is directly in: reads a counter.
std::int64_t count_groups_of(transaction& tx, directory_id directory, resource_id member);

// groups_of() for many members at once, ordered by member, then by group, until `each` returns false.
void groups_of_each(transaction& tx, directory_id directory, const std::vector<resource_id>& members,
        const std::function<bool(resource_id member, const membership& of)>& each);

// count_groups_of() for many members at once, in the order given.
std::vector<std::int64_t> count_groups_of_each(
        transaction& tx, directory_id directory, const std::vector<resource_id>& members);

bool add_member(transaction& tx, directory_id directory, resource_id group,
        const member_row& member);  // false: was a member already
std::optional<std::string> remove_member(transaction& tx, directory_id directory, resource_id group,
        resource_id member);  // returns its display; nothing when it was no member
bool set_member_display(transaction& tx, directory_id directory, resource_id group, resource_id member,
        std::string_view display);  // false: it has this display already

}  // namespace scimd::store::resources
