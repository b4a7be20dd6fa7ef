#include "service/auth/clients.hpp"

#include "base/text.hpp"
#include "service/auth/tokens.hpp"
#include "store/tenants.hpp"

#include <algorithm>
#include <utility>

namespace scimd::service::clients {
namespace {

namespace rows = store::clients;

constexpr std::string_view demo_name = "Demo";

// Deletes the expired secrets of the client and returns the valid ones.
std::vector<rows::secret_row> living_secrets(store::transaction& tx, client_id client) {
    auto secrets = rows::list_secrets(tx, client);
    for (const auto& one : secrets)
        if (!is_alive(one, tx.now()))
            rows::erase_secret(tx, client, one.id);
    std::erase_if(secrets, [&](const auto& one) { return !is_alive(one, tx.now()); });
    return secrets;
}

created_secret mint(
        store::transaction& tx, random_source& random, client_id client, std::optional<time_point> expires) {
    auto minted = mint_token(random, client_secret_prefix);
    auto row = rows::insert_secret(tx, client, {minted.digest, minted.suffix, expires});
    return {std::move(minted.text), std::move(row)};
}

}  // namespace

scope_set scopes_of(const rows::client& client) {
    const auto granted = client.scopes ? read_scopes(*client.scopes) : scope_set::all();
    return client.may_write ? granted : granted & scope_set::reading();
}

result<created_client> create_client(
        store::transaction& tx, random_source& random, const rows::new_client& wanted) {
    const auto name = trim(wanted.name);
    if (name.empty() || name.size() > name_bytes_max || !is_storable(name))
        return error{errc::invalid_value, "name must have 1 to 200 bytes of text."};
    if (wanted.organization && !store::tenants::find_organization(tx, *wanted.organization))
        return error{errc::not_found, "organization_id: the organization was not found."};
    if (rows::count(tx) >= clients_max)
        return error{errc::conflict, "There are 1,000 clients already; delete one first."};
    auto made = rows::insert(tx, {wanted.organization, std::string(name), wanted.may_write, wanted.scopes});
    auto minted = mint(tx, random, made.id, std::nullopt);
    return created_client{std::move(made), std::move(minted.plain)};
}

result<created_secret> add_secret(
        store::transaction& tx, random_source& random, client_id client, std::optional<time_point> expires) {
    if (expires && *expires <= tx.now())
        return error{errc::conflict, "expire_time must lie in the future."};
    if (living_secrets(tx, client).size() >= secrets_max)
        return error{errc::conflict, "The client has 5 secrets already; revoke one first."};
    return mint(tx, random, client, expires);
}

result<created_client> prepare_demo_client(store::transaction& tx, random_source& random) {
    auto known = rows::find_by_name(tx, demo_name);
    if (!known)
        return create_client(tx, random, {std::nullopt, std::string(demo_name)});
    const auto secrets = living_secrets(tx, known->id);
    for (std::size_t i = 0; i + secrets_max <= secrets.size(); ++i)
        rows::erase_secret(tx, known->id, secrets[i].id);
    auto made = mint(tx, random, known->id, std::nullopt);
    return created_client{std::move(*known), std::move(made.plain)};
}

std::optional<authenticated_client> authenticate(
        store::transaction& tx, std::string_view id, std::string_view plain) {
    const auto client = client_id::parse(id);
    const auto digest = digest_of_token(plain, client_secret_prefix).value_or(sha256_digest{});
    auto found = client ? rows::find(tx, *client) : std::nullopt;
    std::optional<secret_id> match;
    for (const auto& one : client ? rows::list_secrets(tx, *client) : std::vector<rows::secret_row>())
        if (constant_time_equal(one.digest, digest) && is_alive(one, tx.now()))
            match = one.id;
    if (!found || !match)
        return std::nullopt;
    return authenticated_client{std::move(*found), *match};
}

}  // namespace scimd::service::clients
