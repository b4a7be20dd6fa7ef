#include "store/pending_group_events.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::pending_group_events {
namespace {

constexpr sql::statement insert_pending_change{
        "pending_group_changes.insert",
        "insert into pending_group_changes (id, directory_id, group_name, origin, caused_by)"
        " values ($1, $2, $3, $4, $5)",
};

constexpr sql::statement ensure_pending_change{
        "pending_group_changes.ensure",
        "insert into pending_group_changes (id, directory_id, group_name, origin, caused_by)"
        " values ($1, $2, $3, $4, $5)"
        " on conflict (id) do nothing",
};

constexpr sql::statement update_cause{
        "pending_group_changes.set_cause",
        "update pending_group_changes set caused_by = $2 where id = $1",
};

constexpr sql::statement delete_changes{
        "pending_group_changes.remove",
        "delete from pending_group_changes where id in"
        " (select id from pending_group_changes where directory_id = $1 limit $2)",
};

constexpr sql::statement insert_membership{
        "pending_group_events.insert",
        "insert into pending_group_events (directory_id, user_id, group_id, was_member, change_id)"
        " values ($1, $2, $3, $4, $5)",
};

constexpr sql::statement delete_membership{
        "pending_group_events.remove",
        "delete from pending_group_events where directory_id = $1 and user_id = $2 and group_id = $3",
};

constexpr sql::statement delete_of_user{
        "pending_group_events.forget",
        "delete from pending_group_events where directory_id = $1 and user_id = $2",
};

constexpr sql::statement list_of_user{
        "pending_group_events.of_user",
        "select u.group_id, u.was_member, c.id, c.group_name, c.origin, c.caused_by from "
        "pending_group_events u"
        " join pending_group_changes c on c.id = u.change_id"
        " where u.directory_id = $1 and u.user_id = $2 order by u.change_id, u.group_id",
};

constexpr sql::statement count_user{
        "pending_group_events.count_of_user",
        "select count(*) from pending_group_events where directory_id = $1 and user_id = $2",
};

constexpr sql::statement find_any{
        "pending_group_events.has_any",
        "select 1 from pending_group_events where directory_id = $1 limit 1",
};

constexpr sql::statement find_directory{
        "pending_group_events.next_directory",
        "select directory_id from pending_group_events where directory_id > $1 order by directory_id limit 1",
};

constexpr sql::statement list_users{
        "pending_group_events.users",
        "select distinct user_id from pending_group_events where directory_id = $1 order by user_id limit $2",
};

}  // namespace

std::int64_t insert_change(transaction& tx, directory_id directory, const change& what) {
    const auto id = tx.next_id();
    tx.sql().run(insert_pending_change, {id, directory.value, what.group_name, what.origin, what.caused_by});
    return id;
}

void ensure_change(transaction& tx, directory_id directory, std::int64_t id, const change& what) {
    tx.sql().run(ensure_pending_change, {id, directory.value, what.group_name, what.origin, what.caused_by});
}

void set_cause(transaction& tx, std::int64_t change_id, std::string_view caused_by) {
    tx.sql().run(update_cause, {change_id, caused_by});
}

bool note(transaction& tx, directory_id directory, resource_id user, const membership& what,
        std::int64_t change_id) {
    if (tx.sql().run(delete_membership, {directory.value, user.value, what.group.value}) > 0)
        return false;
    tx.sql().run(insert_membership,
            {directory.value, user.value, what.group.value, std::int64_t{what.was_member}, change_id});
    return true;
}

std::vector<row> of_user(transaction& tx, directory_id directory, resource_id user) {
    return sql::all(tx, list_of_user, {directory.value, user.value}, [](const sql::row& current) {
        return row{
                .what = {{current.integer(0)}, current.integer(1) != 0},
                .change_id = current.integer(2),
                .from = {std::string(current.text(3)), std::string(current.text(4)),
                        std::string(current.text(5))},
        };
    });
}

std::int64_t count_of_user(transaction& tx, directory_id directory, resource_id user) {
    return sql::value(tx, count_user, {directory.value, user.value});
}

void forget(transaction& tx, directory_id directory, resource_id user) {
    tx.sql().run(delete_of_user, {directory.value, user.value});
}

bool has_any(transaction& tx, directory_id directory) {
    return sql::exists(tx, find_any, {directory.value});
}

std::optional<directory_id> next_directory(transaction& tx, directory_id after) {
    return sql::one<directory_id>(tx, find_directory, {after.value});
}

std::vector<resource_id> users(transaction& tx, directory_id directory, std::int64_t limit) {
    return sql::all<resource_id>(tx, list_users, {directory.value, limit});
}

void remove_changes(transaction& tx, directory_id directory, std::int64_t limit) {
    tx.sql().run(delete_changes, {directory.value, limit});
}

}  // namespace scimd::store::pending_group_events
