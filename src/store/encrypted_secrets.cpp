#include "store/encrypted_secrets.hpp"

#include "store/engine/query.hpp"

#include <utility>

namespace scimd::store::encrypted_secrets {

namespace {

constexpr sql::statement put_value{
        "sealed.put",
        "insert into sealed_values (place, key_id, sealed) values ($1, $2, $3)"
        " on conflict (place) do update set key_id = excluded.key_id, sealed = excluded.sealed",
};

constexpr sql::statement find_value{
        "sealed.find",
        "select sealed from sealed_values where place = $1",
};

constexpr sql::statement erase_value{
        "sealed.erase",
        "delete from sealed_values where place = $1",
};

constexpr sql::statement list_key_ids{
        "sealed.key_ids",
        "select distinct key_id from sealed_values order by key_id",
};

constexpr sql::statement list_of_other_keys{
        "sealed.of_other_keys",
        "select place, sealed from sealed_values where key_id <> $1 limit $2",
};

secret open_or_throw(const vault& key_vault, std::string_view sealed, std::string_view place) {
    auto opened = key_vault.open(sealed, place);
    if (!opened)
        throw sql::failure("sealed: the value at " + std::string(place) + " does not open");
    return std::move(*opened);
}

}  // namespace

void put(transaction& tx, const vault& key_vault, std::string_view place, std::string_view plain) {
    const auto sealed = key_vault.seal(plain, place);
    tx.sql().run(put_value, {place, vault::key_of(sealed), sealed});
}

std::optional<secret> find(transaction& tx, const vault& key_vault, std::string_view place) {
    return sql::one(tx, find_value, {place},
            [&](const sql::row& current) { return open_or_throw(key_vault, current.text(0), place); });
}

void erase(transaction& tx, std::string_view place) {
    tx.sql().run(erase_value, {place});
}

std::vector<std::string> key_ids(transaction& tx) {
    return sql::all<std::string>(tx, list_key_ids);
}

std::int64_t reseal(transaction& tx, const vault& key_vault, std::int64_t most) {
    const auto first = key_vault.sealing_key();
    const auto found = sql::all(tx, list_of_other_keys, {first, most}, [&](const sql::row& current) {
        std::string place(current.text(0));
        auto plain = open_or_throw(key_vault, current.text(1), place);
        return std::pair(std::move(place), std::move(plain));
    });
    for (const auto& [place, plain] : found)
        put(tx, key_vault, place, plain.reveal());
    return static_cast<std::int64_t>(found.size());
}

}  // namespace scimd::store::encrypted_secrets
