#include "store/signing_keys.hpp"

#include "base/codec.hpp"
#include "store/encrypted_secrets.hpp"
#include "store/engine/query.hpp"

#include <span>
#include <utility>

namespace scimd::store::signing_keys {

namespace {

constexpr sql::statement insert_key{
        "signing_keys.insert",
        "insert into signing_keys (id, public_key, created_at, signs_at) values ($1, $2, $3, $4)",
};

constexpr sql::statement find_key{
        "signing_keys.find",
        "select id, public_key, created_at, signs_at, retires_at, forgotten_at from signing_keys where id = "
        "$1",
};

constexpr sql::statement list_keys{
        "signing_keys.list",
        "select id, public_key, created_at, signs_at, retires_at, forgotten_at from signing_keys order by id",
};

constexpr sql::statement retire_key{
        "signing_keys.retire",
        "update signing_keys set retires_at = $2, forgotten_at = $3 where id = $1",
};

constexpr sql::statement delete_key{"signing_keys.delete", "delete from signing_keys where id = $1"};

std::string place_of(signing_key_id id) {
    return "signing_key/" + id.text();
}

key read_key(const sql::row& current) {
    const auto der = from_base64url(current.text(1));
    if (!der)
        throw sql::failure("signing_keys: the database holds a public key that is not base64url");
    return {
            .id = {current.integer(0)},
            .public_der = {reinterpret_cast<const char*>(der->data()), der->size()},
            .created = from_column(current.integer(2)),
            .signs = from_column(current.integer(3)),
            .retires = read_optional<time_point>(current, 4),
            .forgotten = read_optional<time_point>(current, 5),
    };
}

}  // namespace

key insert(transaction& tx, const vault& key_vault, const new_key& what) {
    const signing_key_id id{tx.next_id()};
    const auto public_text = to_base64url(std::as_bytes(std::span(what.public_der)));
    tx.sql().run(insert_key,
            {id.value, std::string_view(public_text), to_column(tx.now()), to_column(what.signs)});
    encrypted_secrets::put(tx, key_vault, place_of(id), what.private_der.reveal());
    return {
            .id = id,
            .public_der = what.public_der,
            .created = tx.now(),
            .signs = what.signs,
            .retires = std::nullopt,
            .forgotten = std::nullopt,
    };
}

std::optional<key> find(transaction& tx, signing_key_id id) {
    return sql::one(tx, find_key, {id.value}, read_key);
}

std::vector<key> list(transaction& tx) {
    return sql::all(tx, list_keys, {}, read_key);
}

secret private_half(transaction& tx, const vault& key_vault, signing_key_id id) {
    auto found = encrypted_secrets::find(tx, key_vault, place_of(id));
    if (!found)
        throw sql::failure("signing_keys: the private half of " + id.text() + " is missing");
    return std::move(*found);
}

void retire(transaction& tx, signing_key_id id, time_point when, time_point forgotten) {
    tx.sql().run(retire_key, {id.value, to_column(when), to_column(forgotten)});
}

void erase(transaction& tx, signing_key_id id) {
    encrypted_secrets::erase(tx, place_of(id));
    tx.sql().run(delete_key, {id.value});
}

}  // namespace scimd::store::signing_keys
