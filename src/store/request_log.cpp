#include "store/request_log.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::request_log {

namespace {

// Inserted some time after the request: the directory may be deleted by then.
constexpr sql::statement insert_entry{
        "request_log.insert",
        "insert into request_log (id, directory_id, at, method, path, query, status, scim_type, detail,"
        " microseconds, request_id, resource_id, changes, provider, agent, directory_user_id, body)"
        " select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17"
        " where exists (select 1 from directories where id = $2 and removed_at is null)",
};

constexpr sql::statement list_entries{
        "request_log.list",
        "select id, at, method, path, query, status, scim_type, detail, microseconds, request_id, "
        "resource_id,"
        " changes, provider, agent, directory_user_id, body from request_log"
        " where directory_id = $1 and id < $2 and status >= $3 and status <= $4"
        " and ($5 = '' or method = $5) and ($6 = '' or resource_id = $6) and at >= $7 and at < $8"
        " order by id desc",
};

constexpr sql::statement trim_entries{
        "request_log.trim",
        "delete from request_log where directory_id = $1 and id in (select id from request_log where"
        " directory_id = $1 order by id desc limit $3 offset $2)",
};

// Reads only the oldest rows: a row that is slightly older than the one before it waits until that one is
// deleted.
constexpr sql::statement trim_old_entries{
        "request_log.trim_before",
        "delete from request_log where id in"
        " (select id from (select id, at from request_log order by id limit $2) where at < $1)",
};

constexpr sql::statement find_next_directory{
        "request_log.next_directory",
        "select directory_id from request_log where directory_id > $1 order by directory_id limit 1",
};

entry read_entry(directory_id of, const sql::row& current) {
    return {
            .id = current.integer(0),
            .directory = of,
            .at = from_column(current.integer(1)),
            .method = std::string(current.text(2)),
            .path = std::string(current.text(3)),
            .query = std::string(current.text(4)),
            .status = current.integer(5),
            .scim_type = std::string(current.text(6)),
            .detail = std::string(current.text(7)),
            .microseconds = current.integer(8),
            .request_id = std::string(current.text(9)),
            .resource_id = std::string(current.text(10)),
            .changes = std::string(current.text(11)),
            .provider = std::string(current.text(12)),
            .agent = std::string(current.text(13)),
            .user = std::string(current.text(14)),
            .body = std::string(current.text(15)),
    };
}

}  // namespace

bool insert(transaction& tx, const entry& what) {
    const auto inserted = tx.sql().run(insert_entry,
            {tx.next_id(), what.directory.value, to_column(what.at), what.method, what.path, what.query,
                    what.status, what.scim_type, what.detail, what.microseconds, what.request_id,
                    what.resource_id, what.changes, what.provider, what.agent, what.user, what.body});
    return inserted > 0;
}

void list(transaction& tx, directory_id directory, const filter& wanted, std::int64_t before,
        const std::function<bool(const entry&)>& each) {
    tx.sql().run(list_entries,
            {directory.value, before, wanted.status_least, wanted.status_most, wanted.method,
                    wanted.resource_id, wanted.since ? to_column(*wanted.since) : 0,
                    wanted.until ? to_column(*wanted.until) : sql::integer_max},
            [&](const sql::row& current) { return each(read_entry(directory, current)); });
}

std::int64_t trim(transaction& tx, directory_id directory, std::int64_t rows_max, std::int64_t limit) {
    return tx.sql().run(trim_entries, {directory.value, rows_max, limit});
}

std::int64_t trim_before(transaction& tx, time_point when, std::int64_t limit) {
    return tx.sql().run(trim_old_entries, {to_column(when), limit});
}

std::optional<directory_id> next_directory(transaction& tx, directory_id after) {
    return sql::one<directory_id>(tx, find_next_directory, {after.value});
}

}  // namespace scimd::store::request_log
