#include "store/resources.hpp"

#include "base/json/json.hpp"
#include "store/engine/query.hpp"

#include <set>
#include <stdexcept>

namespace scimd::store::resources {

namespace {

// RFC 7643 §4.2: the only type that has members.
constexpr std::string_view group_type = "Group";

constexpr sql::statement find_resource{
        "resources.find",
        "select id, version, created_at, modified_at, document from resources"
        " where directory_id = $1 and type = $2 and id = $3",
};

constexpr sql::statement find_version{
        "resources.version",
        "select version from resources where directory_id = $1 and type = $2 and id = $3",
};

constexpr sql::statement insert_resource{
        "resources.insert",
        "insert into resources (directory_id, type, id, version, created_at, modified_at,"
        " unique_key, display_key, external_id, active, document)"
        " values ($1, $2, $3, 1, $4, $4, $5, $6, $7, $8, $9)"
        " on conflict (directory_id, type, unique_key) do nothing",
};

// Most changes do not affect the indexed columns: then their indexes are not written. A second statement
// reads the row, because for `returning` SQLite builds a table, which costs more.
constexpr sql::statement update_document{
        "resources.update_document",
        "update resources set version = version + 1, modified_at = $4, active = $8, document = $9"
        " where directory_id = $1 and type = $2 and id = $3"
        " and unique_key is not distinct from $5 and display_key is not distinct from $6"
        " and external_id is not distinct from $7",
};

// The unique index backs up this check: a race that the check misses fails there and changes nothing.
constexpr sql::statement update_keys{
        "resources.update_keys",
        "update resources set version = version + 1, modified_at = $4, unique_key = $5, display_key = $6,"
        " external_id = $7, active = $8, document = $9"
        " where directory_id = $1 and type = $2 and id = $3"
        " and not exists (select 1 from resources other"
        " where other.directory_id = $1 and other.type = $2 and other.unique_key = $5 and other.id <> $3)",
};

// Two names that differed only in surrounding blanks may have become equal. The resource that has kept the
// key with blanks goes on under it.
constexpr sql::statement update_kept_key{
        "resources.update_kept_key",
        "update resources set version = version + 1, modified_at = $4, display_key = $6, external_id = $7,"
        " active = $8, document = $9"
        " where directory_id = $1 and type = $2 and id = $3"
        " and unique_key <> $5 and trim(unique_key, char(32, 9, 10, 13)) = $5",
};

constexpr sql::statement touch_resource{
        "resources.touch",
        "update resources set version = version + 1, modified_at = $4"
        " where directory_id = $1 and type = $2 and id = $3",
};

constexpr sql::statement touch_groups{
        "resources.touch_groups_of",
        "update resources set version = version + 1, modified_at = $3"
        " where directory_id = $1 and type = 'Group'"
        " and id in (select group_id from members where directory_id = $1 and member_id = $2)",
};

constexpr sql::statement delete_resource{
        "resources.remove",
        "delete from resources where directory_id = $1 and type = $2 and id = $3",
};

constexpr sql::statement type_of_resource{
        "resources.type_of",
        "select type from resources where directory_id = $1 and id = $2",
};

constexpr sql::statement find_active_user{
        "resources.is_active_user",
        "select coalesce(active, 1) from resources where directory_id = $1 and type = 'User' and id = $2",
};

constexpr sql::statement find_values{
        "resource_values.of_resource",
        "select attribute, value from resource_values"
        " where directory_id = $1 and type = $2 and resource_id = $3",
};

constexpr sql::statement insert_value{
        "resource_values.insert",
        "insert into resource_values (directory_id, type, resource_id, attribute, value)"
        " values ($1, $2, $3, $4, $5) on conflict do nothing",
};

constexpr sql::statement delete_value{
        "resource_values.remove",
        "delete from resource_values"
        " where directory_id = $1 and type = $2 and resource_id = $3 and attribute = $4 and value = $5",
};

constexpr sql::statement find_type_count{
        "resource_counts.find",
        "select total from resource_counts where directory_id = $1 and type = $2",
};

constexpr sql::statement increment_count{
        "resource_counts.increment",
        "insert into resource_counts (directory_id, type, total) values ($1, $2, 1)"
        " on conflict (directory_id, type) do update set total = resource_counts.total + 1",
};

constexpr sql::statement decrement_count{
        "resource_counts.decrement",
        "update resource_counts set total = total - 1 where directory_id = $1 and type = $2",
};

constexpr sql::statement insert_member_count{
        "member_counts.insert",
        "insert into member_counts (directory_id, group_id, display_name) values ($1, $2, $3)",
};

constexpr sql::statement rename_group{
        "member_counts.rename",
        "update member_counts set display_name = $3"
        " where directory_id = $1 and group_id = $2 and display_name <> $3",
};

constexpr sql::statement leave_groups{
        "member_counts.leave",
        "update member_counts set total = total - 1 where directory_id = $1 and group_id in"
        " (select group_id from members where directory_id = $1 and member_type = $2 and member_id = $3)",
};

std::string display_name_of(std::string_view document) {
    const json::object parsed = parse_json_object(document, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
    const json::string* const name = find_string(parsed, "displayName");
    return name ? std::string(*name) : std::string();
}

sql::parameter active_column(const index_columns& columns) {
    return nullable(columns.active);
}

void add_value(transaction& tx, directory_id directory, std::string_view type, resource_id id,
        const std::pair<std::string, std::string>& added) {
    tx.sql().run(insert_value, {directory.value, type, id.value, added.first, added.second});
}

// Writes only the differences: most changes do not affect e-mail addresses.
void replace_values(transaction& tx, directory_id directory, std::string_view type, resource_id id,
        const index_columns& columns) {
    std::set<std::pair<std::string, std::string>> missing(columns.values.begin(), columns.values.end());
    std::vector<std::pair<std::string, std::string>> stale;
    tx.sql().run(find_values, {directory.value, type, id.value}, [&](const sql::row& current) {
        std::pair held(std::string(current.text(0)), std::string(current.text(1)));
        if (missing.erase(held) == 0)
            stale.push_back(std::move(held));
    });
    for (const auto& [attribute, value] : stale)
        tx.sql().run(delete_value, {directory.value, type, id.value, attribute, value});
    for (const auto& added : missing)
        add_value(tx, directory, type, id, added);
}

}  // namespace

row read_row(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .version = current.integer(1),
            .created = from_column(current.integer(2)),
            .modified = from_column(current.integer(3)),
            .document = std::string(current.text(4)),
    };
}

std::optional<row> find(transaction& tx, directory_id directory, std::string_view type, resource_id id) {
    return sql::one(tx, find_resource, {directory.value, type, id.value}, read_row);
}

std::optional<row> insert(transaction& tx, directory_id directory, std::string_view type,
        std::string_view document, const index_columns& columns) {
    const resource_id id{tx.next_id()};
    const std::int64_t inserted = tx.sql().run(
            insert_resource, {directory.value, type, id.value, to_column(tx.now()),
                                     nullable(columns.unique_key), nullable(columns.display_key),
                                     nullable(columns.external_id), active_column(columns), document});
    if (inserted == 0)
        return std::nullopt;
    for (const auto& added : columns.values)
        add_value(tx, directory, type, id, added);
    tx.sql().run(increment_count, {directory.value, type});
    if (type == group_type)
        tx.sql().run(insert_member_count, {directory.value, id.value, display_name_of(document)});
    return row{
            .id = id,
            .version = 1,
            .created = tx.now(),
            .modified = tx.now(),
            .document = std::string(document),
    };
}

std::optional<std::int64_t> version_of(
        transaction& tx, directory_id directory, std::string_view type, resource_id id) {
    return sql::one<std::int64_t>(tx, find_version, {directory.value, type, id.value});
}

bool rewrite(transaction& tx, directory_id directory, std::string_view type, resource_id id,
        std::string_view document, const index_columns& columns) {
    for (const sql::statement& attempt : {update_document, update_keys, update_kept_key}) {
        const std::int64_t updated = tx.sql().run(
                attempt, {directory.value, type, id.value, to_column(tx.now()), nullable(columns.unique_key),
                                 nullable(columns.display_key), nullable(columns.external_id),
                                 active_column(columns), document});
        if (updated > 0) {
            replace_values(tx, directory, type, id, columns);
            if (type == group_type)
                tx.sql().run(rename_group, {directory.value, id.value, display_name_of(document)});
            return true;
        }
    }
    return false;
}

std::optional<row> update(transaction& tx, directory_id directory, std::string_view type, resource_id id,
        std::string_view document, const index_columns& columns) {
    if (!rewrite(tx, directory, type, id, document, columns))
        return std::nullopt;
    return find(tx, directory, type, id);
}

void raise_version(transaction& tx, directory_id directory, std::string_view type, resource_id id) {
    tx.sql().run(touch_resource, {directory.value, type, id.value, to_column(tx.now())});
}

row touch(transaction& tx, directory_id directory, std::string_view type, resource_id id) {
    if (tx.sql().run(touch_resource, {directory.value, type, id.value, to_column(tx.now())}) == 0)
        throw std::logic_error("resources.touch: the resource is not in the directory");
    return find(tx, directory, type, id).value();
}

void touch_groups_of(transaction& tx, directory_id directory, resource_id member) {
    tx.sql().run(touch_groups, {directory.value, member.value, to_column(tx.now())});
}

void remove(transaction& tx, directory_id directory, std::string_view type, resource_id id) {
    tx.sql().run(leave_groups, {directory.value, type, id.value});
    // Values, memberships and the member count are deleted by `on delete cascade`.
    if (tx.sql().run(delete_resource, {directory.value, type, id.value}) > 0)
        tx.sql().run(decrement_count, {directory.value, type});
}

std::vector<kind> kinds_of(transaction& tx, directory_id directory, const std::vector<resource_id>& ids) {
    std::vector<kind> found;
    found.reserve(ids.size());
    for (const resource_id id : ids) {
        tx.sql().run(type_of_resource, {directory.value, id.value},
                [&](const sql::row& current) { found.push_back({id, std::string(current.text(0))}); });
    }
    return found;
}

std::optional<bool> is_active_user(transaction& tx, directory_id directory, resource_id id) {
    return sql::one<bool>(tx, find_active_user, {directory.value, id.value});
}

std::int64_t count(transaction& tx, directory_id directory, std::string_view type) {
    return sql::value(tx, find_type_count, {directory.value, type});
}

}  // namespace scimd::store::resources
