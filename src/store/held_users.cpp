#include "store/held_users.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::held_users {
namespace {

constexpr sql::statement insert_row{
        "held_users.hold",
        "insert into held_users (directory_id, user_id, reason, domain, detail, held_at, address)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (directory_id, user_id) do update"
        " set reason = excluded.reason, domain = excluded.domain, detail = excluded.detail,"
        " address = excluded.address",
};

constexpr sql::statement delete_row{
        "held_users.release",
        "delete from held_users where directory_id = $1 and user_id = $2",
};

constexpr sql::statement find_row{
        "held_users.find",
        "select 1 from held_users where directory_id = $1 and user_id = $2",
};

constexpr sql::statement list_rows{
        "held_users.list",
        "select user_id, reason, domain, detail, held_at, address from held_users"
        " where directory_id = $1 and user_id > $2 order by user_id limit $3",
};

constexpr sql::statement find_count{
        "directories.held_users",
        "select held_users from directories where id = $1",
};

constexpr sql::statement find_member_count{
        "member_counts.held",
        "select held from member_counts where directory_id = $1 and group_id = $2",
};

constexpr sql::statement find_request{
        "held_user_releases.next",
        "select directory_id, after_id from held_user_releases order by directory_id limit 1",
};

constexpr sql::statement insert_request{
        "held_user_releases.request",
        "insert into held_user_releases (directory_id, after_id) select id, 0 from directories where id = $1"
        " and held_users > 0 on conflict (directory_id) do update set after_id = 0",
};

constexpr sql::statement update_request{
        "held_user_releases.advance",
        "update held_user_releases set after_id = $2 where directory_id = $1",
};

constexpr sql::statement delete_request{
        "held_user_releases.finish",
        "delete from held_user_releases where directory_id = $1",
};

}  // namespace

void hold(transaction& tx, directory_id directory, const held_user& what) {
    tx.sql().run(insert_row, {directory.value, what.user.value, what.reason, what.domain, what.detail,
                                     to_column(tx.now()), what.address});
}

bool release(transaction& tx, directory_id directory, resource_id user) {
    return tx.sql().run(delete_row, {directory.value, user.value}) > 0;
}

bool is_held(transaction& tx, directory_id directory, resource_id user) {
    return sql::exists(tx, find_row, {directory.value, user.value});
}

std::vector<held_user> list(transaction& tx, directory_id directory, resource_id after, std::int64_t limit) {
    return sql::all(tx, list_rows, {directory.value, after.value, limit}, [](const sql::row& current) {
        return held_user{
                .user = {current.integer(0)},
                .reason = std::string(current.text(1)),
                .domain = std::string(current.text(2)),
                .detail = std::string(current.text(3)),
                .address = std::string(current.text(5)),
                .since = from_column(current.integer(4)),
        };
    });
}

std::int64_t count(transaction& tx, directory_id directory) {
    return sql::value(tx, find_count, {directory.value});
}

std::int64_t count_members(transaction& tx, directory_id directory, resource_id group) {
    return sql::value(tx, find_member_count, {directory.value, group.value});
}

std::optional<release_request> next_release(transaction& tx) {
    return sql::one(tx, find_request, {}, [](const sql::row& current) {
        return release_request{{current.integer(0)}, {current.integer(1)}};
    });
}

void request_release(transaction& tx, directory_id directory) {
    tx.sql().run(insert_request, {directory.value});
}

void advance_release(transaction& tx, const release_request& to) {
    tx.sql().run(update_request, {to.directory.value, to.after.value});
}

void finish_release(transaction& tx, directory_id directory) {
    tx.sql().run(delete_request, {directory.value});
}

}  // namespace scimd::store::held_users
