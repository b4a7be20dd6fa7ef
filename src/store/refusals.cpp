#include "store/refusals.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::refusals {

namespace {

// Counts each rejected request, but a rejection because of the stored address of a user ($11) only once. A
// row of both kinds stays open until the stored address is resolved; a resolved row takes the kind of the
// rejection that reopens it.
constexpr sql::statement upsert{
        "refusals.record",
        "insert into refusals (directory_id, subject, reason, domain, user_name, external_id, detail, count,"
        " first_at, last_at, id, address, user_id)"
        " select $1, $2, $3, $4, $5, $6, $7, 1, $8, $8, $9, $10, $11"
        " where exists (select 1 from directories where id = $1 and removed_at is null)"
        " on conflict (directory_id, subject, reason, domain) do update set user_name = excluded.user_name,"
        " external_id = excluded.external_id, detail = excluded.detail, address = excluded.address,"
        " user_id = iif(resolved_at is null, coalesce(excluded.user_id, user_id), excluded.user_id),"
        " count = iif(resolved_at is null, count + (excluded.user_id is null), 1),"
        " first_at = iif(resolved_at is null, first_at, excluded.first_at),"
        " last_at = iif(resolved_at is null and excluded.user_id is not null, last_at, excluded.last_at),"
        " id = iif(resolved_at is null, id, excluded.id), resolved_at = null"
        " returning count",
};

constexpr sql::statement list_standing{
        "refusals.standing_of",
        "select id, subject, reason, user_name, external_id, domain, detail, count, first_at, last_at,"
        " resolved_at, address, user_id from refusals"
        " where directory_id = $1 and user_id = $2 and resolved_at is null",
};

constexpr sql::statement count_standing_rows{
        "refusals.count_standing",
        "select count(*) from refusals where directory_id = $1 and user_id is not null and resolved_at is "
        "null",
};

constexpr sql::statement mark_standing_resolved{
        "refusals.resolve_standing",
        "update refusals set resolved_at = $6 where directory_id = $1 and subject = $2 and reason = $3"
        " and domain = $4 and user_id = $5 and resolved_at is null",
};

constexpr sql::statement mark_all_standing_resolved{
        "refusals.resolve_all_standing",
        "update refusals set resolved_at = $3 where directory_id = $1 and user_id = $2 and resolved_at is "
        "null",
};

constexpr sql::statement list_rows{
        "refusals.list",
        "select id, subject, reason, user_name, external_id, domain, detail, count, first_at, last_at,"
        " resolved_at, address, user_id from refusals where directory_id = $1 and id < $2 and ($3 = '' or "
        "reason"
        " = $3) and ($4 = '' or user_name = $4 or external_id = $4) and ($5 is null or (resolved_at is not "
        "null)"
        " = $5) order by id desc",
};

constexpr sql::statement mark_resolved{
        "refusals.resolve",
        "update refusals set resolved_at = $3"
        " where directory_id = $1 and subject in ($2, $4) and resolved_at is null and last_at <= $3"
        " and user_id is null",
};

constexpr sql::statement delete_beyond{
        "refusals.trim",
        "delete from refusals where directory_id = $1 and (subject, reason, domain) in"
        " (select subject, reason, domain from refusals where directory_id = $1"
        " order by last_at desc limit $3 offset $2)",
};

constexpr sql::statement delete_old{
        "refusals.trim_before",
        "delete from refusals where directory_id = $1 and (subject, reason, domain) in"
        " (select subject, reason, domain from refusals where directory_id = $1 and last_at < $2"
        " order by last_at limit $3)",
};

refusal read_row(const sql::row& current) {
    return {
            .id = current.integer(0),
            .subject = std::string(current.text(1)),
            .reason = std::string(current.text(2)),
            .user_name = std::string(current.text(3)),
            .external_id = std::string(current.text(4)),
            .domain = std::string(current.text(5)),
            .detail = std::string(current.text(6)),
            .address = std::string(current.text(11)),
            .user = read_optional<resource_id>(current, 12),
            .count = current.integer(7),
            .first_at = from_column(current.integer(8)),
            .last_at = from_column(current.integer(9)),
            .resolved_at = read_optional<time_point>(current, 10),
    };
}

}  // namespace

bool record(transaction& tx, directory_id directory, const refusal& what, time_point at) {
    const auto count = sql::value(tx, upsert,
            {directory.value, what.subject, what.reason, what.domain, what.user_name, what.external_id,
                    what.detail, to_column(at), tx.next_id(), what.address, nullable(what.user)});
    return count == 1;
}

void list(transaction& tx, directory_id directory, const filter& wanted, std::int64_t before,
        const std::function<bool(const refusal&)>& each) {
    tx.sql().run(list_rows,
            {directory.value, before, wanted.reason, wanted.user, nullable(wanted.is_resolved)},
            [&](const sql::row& current) { return each(read_row(current)); });
}

std::vector<refusal> standing_of(transaction& tx, directory_id directory, resource_id user) {
    return sql::all(tx, list_standing, {directory.value, user.value}, read_row);
}

std::int64_t count_standing(transaction& tx, directory_id directory) {
    return sql::value(tx, count_standing_rows, {directory.value});
}

void resolve_standing(
        transaction& tx, directory_id directory, resource_id user, const refusal& open, time_point at) {
    tx.sql().run(mark_standing_resolved,
            {directory.value, open.subject, open.reason, open.domain, user.value, to_column(at)});
}

void resolve_all_standing(transaction& tx, directory_id directory, resource_id user, time_point at) {
    tx.sql().run(mark_all_standing_resolved, {directory.value, user.value, to_column(at)});
}

void resolve(transaction& tx, directory_id directory, std::string_view subject, std::string_view other,
        time_point at) {
    tx.sql().run(mark_resolved, {directory.value, subject, to_column(at), other});
}

std::int64_t trim(transaction& tx, directory_id directory, std::int64_t rows_max, std::int64_t limit) {
    return tx.sql().run(delete_beyond, {directory.value, rows_max, limit});
}

std::int64_t trim_before(transaction& tx, directory_id directory, time_point when, std::int64_t limit) {
    return tx.sql().run(delete_old, {directory.value, to_column(when), limit});
}

}  // namespace scimd::store::refusals
