#include "store/idempotency.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::idempotency {

namespace {

constexpr sql::statement find_answer{
        "idempotency.find",
        "select request, status, body from idempotency_keys where key = $1 and created_at > $2",
};

// Deletes more than one response for each new one, so that the table shrinks.
constexpr std::int64_t forgotten_at_a_time = 4;

constexpr sql::statement find_old{
        "idempotency.find_old",
        "select 1 from idempotency_keys where created_at <= $1 limit 1",
};

constexpr sql::statement delete_old{
        "idempotency.forget",
        "delete from idempotency_keys where key in"
        " (select key from idempotency_keys where created_at <= $1 order by created_at limit $2)",
};

constexpr sql::statement delete_old_key{
        "idempotency.forget_key",
        "delete from idempotency_keys where key = $1 and created_at <= $2",
};

constexpr sql::statement insert_answer{
        "idempotency.insert",
        "insert into idempotency_keys (key, request, status, body, created_at) values ($1, $2, $3, $4, $5)",
};

// The keys with the prefix and a space form a range: '!' is the character after the space.
constexpr sql::statement find_many{
        "idempotency.has_many",
        "select 1 from idempotency_keys where key >= $1 || ' ' and key < $1 || '!' and created_at > $2"
        " limit 1 offset $3",
};

std::int64_t oldest_kept(const transaction& tx) {
    return to_column(tx.now() - kept_for);
}

}  // namespace

std::optional<answer> find(transaction& tx, std::string_view key) {
    return sql::one(tx, find_answer, {key, oldest_kept(tx)}, [](const sql::row& current) {
        return answer{
                .request = std::string(current.text(0)),
                .status = static_cast<int>(current.integer(1)),
                .body = read_optional<std::string>(current, 2),
        };
    });
}

bool has_many(transaction& tx, std::string_view prefix, std::int64_t many) {
    return sql::exists(tx, find_many, {prefix, oldest_kept(tx), many - 1});
}

bool has_old(transaction& tx) {
    return sql::exists(tx, find_old, {oldest_kept(tx)});
}

std::int64_t forget_old(transaction& tx, std::int64_t most) {
    return tx.sql().run(delete_old, {oldest_kept(tx), most});
}

void keep(transaction& tx, std::string_view key, const answer& what) {
    forget_old(tx, forgotten_at_a_time);
    tx.sql().run(delete_old_key, {key, oldest_kept(tx)});
    tx.sql().run(insert_answer, {key, what.request, what.status, nullable(what.body), to_column(tx.now())});
}

}  // namespace scimd::store::idempotency
