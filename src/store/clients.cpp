#include "store/clients.hpp"

#include "base/codec.hpp"
#include "store/engine/query.hpp"

namespace scimd::store::clients {

namespace {

constexpr sql::statement insert_client{
        "clients.insert",
        "insert into clients (id, environment_id, organization_id, name, may_write, created_at, updated_at,"
        " scopes)"
        " select $1, id, $2, $3, $4, $5, $5, $6 from environments",
};

constexpr sql::statement find_client{
        "clients.find",
        "select id, organization_id, name, may_write, created_at, updated_at, scopes from clients where id = "
        "$1",
};

constexpr sql::statement find_client_by_name{
        "clients.find_by_name",
        "select id, organization_id, name, may_write, created_at, updated_at, scopes from clients where name "
        "= $1"
        " order by id limit 1",
};

constexpr sql::statement list_clients{
        "clients.list",
        "select id, organization_id, name, may_write, created_at, updated_at, scopes from clients where id > "
        "$1"
        " order by id limit $2",
};

constexpr sql::statement count_clients{"clients.count", "select count(*) from clients"};

constexpr sql::statement delete_client{"clients.delete", "delete from clients where id = $1"};

constexpr sql::statement insert_secret_row{
        "client_secrets.insert",
        "insert into client_secrets (id, client_id, digest, suffix, created_at, expires_at)"
        " values ($1, $2, $3, $4, $5, $6)",
};

constexpr sql::statement list_secret_rows{
        "client_secrets.list",
        "select id, client_id, digest, suffix, created_at, expires_at, last_used_at from client_secrets"
        " where client_id = $1 order by id",
};

constexpr sql::statement delete_secret_row{
        "client_secrets.delete",
        "delete from client_secrets where client_id = $1 and id = $2",
};

constexpr sql::statement update_last_used{
        "client_secrets.set_last_used",
        "update client_secrets set last_used_at = $2"
        " where id = $1 and (last_used_at is null or last_used_at < $2)",
};

client read_client(const sql::row& current) {
    return {
            .id = {current.integer(0)},
            .organization = read_optional<organization_id>(current, 1),
            .name = std::string(current.text(2)),
            .may_write = current.integer(3) != 0,
            .scopes = read_optional<std::string>(current, 6),
            .created = from_column(current.integer(4)),
            .updated = from_column(current.integer(5)),
    };
}

}  // namespace

client insert(transaction& tx, const new_client& what) {
    const client_id id{tx.next_id()};
    tx.sql().run(
            insert_client, {id.value, nullable(what.organization), what.name, std::int64_t{what.may_write},
                                   to_column(tx.now()), nullable(what.scopes)});
    return {
            .id = id,
            .organization = what.organization,
            .name = what.name,
            .may_write = what.may_write,
            .scopes = what.scopes,
            .created = tx.now(),
            .updated = tx.now(),
    };
}

std::optional<client> find(transaction& tx, client_id id) {
    return sql::one(tx, find_client, {id.value}, read_client);
}

std::optional<client> find_by_name(transaction& tx, std::string_view name) {
    return sql::one(tx, find_client_by_name, {name}, read_client);
}

std::vector<client> list(transaction& tx, client_id after, std::int64_t limit) {
    return sql::all(tx, list_clients, {after.value, limit}, read_client);
}

std::int64_t count(transaction& tx) {
    return sql::value(tx, count_clients);
}

bool erase(transaction& tx, client_id id) {
    return tx.sql().run(delete_client, {id.value}) > 0;
}

secret_row insert_secret(transaction& tx, client_id client, const new_secret& what) {
    const secret_id id{tx.next_id()};
    tx.sql().run(insert_secret_row, {id.value, client.value, to_hex(what.digest), what.suffix,
                                            to_column(tx.now()), nullable(what.expires)});
    return {
            .id = id,
            .client = client,
            .digest = what.digest,
            .suffix = what.suffix,
            .created = tx.now(),
            .expires = what.expires,
            .last_used = std::nullopt,
    };
}

std::vector<secret_row> list_secrets(transaction& tx, client_id client) {
    return sql::all(tx, list_secret_rows, {client.value}, [](const sql::row& current) {
        return secret_row{
                .id = {current.integer(0)},
                .client = {current.integer(1)},
                .digest = read_digest(current.text(2)),
                .suffix = std::string(current.text(3)),
                .created = from_column(current.integer(4)),
                .expires = read_optional<time_point>(current, 5),
                .last_used = read_optional<time_point>(current, 6),
        };
    });
}

bool erase_secret(transaction& tx, client_id client, secret_id id) {
    return tx.sql().run(delete_secret_row, {client.value, id.value}) > 0;
}

void set_last_used(transaction& tx, secret_id id, time_point when) {
    const time_point minute = std::chrono::floor<std::chrono::minutes>(when);
    tx.sql().run(update_last_used, {id.value, to_column(minute)});
}

}  // namespace scimd::store::clients
