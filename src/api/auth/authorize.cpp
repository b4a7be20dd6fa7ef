#include "api/auth/authorize.hpp"

#include "api/render.hpp"
#include "base/text.hpp"
#include "service/auth/clients.hpp"
#include "service/auth/token_cache.hpp"
#include "store/clients.hpp"
#include "store/signing_keys.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

// A client library of Scalekit's sends two: the current token, and the one it began with.
constexpr std::size_t tokens_max = 4;

std::vector<std::string_view> presented_tokens(const http::request& head)
{
    std::vector<std::string_view> found;
    constexpr std::string_view scheme = "Bearer ";
    for (const auto& [name, value] : head.headers)
        if (equals_ignoring_case(name, "Authorization") && starts_with_ignoring_case(value, scheme))
            found.push_back(trim(std::string_view(value).substr(scheme.size())));
    if (found.size() > tokens_max)
        found.clear();
    return found;
}

error unauthenticated()
{
    return {errc::unauthorized, "The request needs a valid access token."};
}

// The key must still be published: a key that was given up takes its tokens with it, those too that have been
// seen before.
std::optional<service::presented_token> verified(
    const server_context& server, std::string_view text, store::transaction& tx
)
{
    const auto digest = sha256(text);
    auto known = server.token_cache.find(digest);
    const bool was_verified = known.has_value();
    if (!known)
        known = service::read_access_token(text);
    if (!known || !service::is_current(*known, server.public_url, tx.now()))
        return std::nullopt;
    const auto key = store::signing_keys::find(tx, known->key);
    if (!key || (key->forgotten && *key->forgotten <= tx.now()))
        return std::nullopt;
    if (was_verified)
        return known;
    const auto half = rsa_key::from_public(key->public_der);
    if (!half || !half->verify(known->signed_text, known->signature))
        return std::nullopt;
    server.token_cache.remember(digest, *known);
    return known;
}

// What the client may do is read each time; its token can only say less.
std::optional<service::manager> manager_of(
    const server_context& server, std::string_view text, store::transaction& tx
)
{
    const auto token = verified(server, text, tx);
    const auto client = token ? store::clients::find(tx, token->claims.client) : std::nullopt;
    if (!client)
        return std::nullopt;
    const auto kind = client->organization ? service::caller_kind::organization_client
                                           : service::caller_kind::application_client;
    auto scopes = service::clients::scopes_of(*client);
    if (token->claims.scopes)
        scopes = scopes & *token->claims.scopes;
    return service::manager{kind, client->id.text(), client->organization, scopes};
}

// A client of one organization may leave its id out of the path.
result<void> confine(request_context& request, organization_id to)
{
    for (auto& [name, value] : request.parameters) {
        if (name != "organization")
            continue;
        if (value == "-")
            value = to.text();
        if (value != to.text())
            return error{errc::not_found, "The organization was not found."};
        return {};
    }
    return {};
}

// Confinement comes first: the answer does not show whether another organization exists.
result<void> admit(request_context& request, const route* row)
{
    if (request.api_client.organization)
        if (auto confined = confine(request, *request.api_client.organization); !confined)
            return confined;
    return row ? check_caller(request.api_client, *row) : result<void>();
}

reply proceed_as_client(
    const server_context& server,
    request_context& request,
    const route* row,
    const std::function<reply()>& proceed,
    store::transaction& tx
)
{
    for (const auto text : presented_tokens(request.http)) {
        auto known = manager_of(server, text, tx);
        if (!known)
            continue;
        request.api_client = std::move(*known);
        if (const auto admitted = admit(request, row); !admitted)
            return manage_error(admitted.error());
        auto next = proceed();
        // Another read goes on in this transaction.
        const auto* more = std::get_if<transaction_step>(&next);
        return more && more->mode == store::intent::read ? more->run(tx) : std::move(next);
    }
    return manage_error(unauthenticated());
}

}  // namespace

result<void> check_caller(const service::manager& who, const route& row)
{
    const std::string name = std::string(row.method) + ' ' + std::string(row.path);
    if (!row.who.callers.contains(who.kind)) {
        return error{
            errc::forbidden,
            name +
                " is for the operator and for clients of the whole environment; this caller is for one"
                " organization."
        };
    }
    const auto needed = scope_of(row);
    if (needed && !who.scopes.contains(*needed))
        return error{errc::forbidden, name + " needs the scope " + name_of(*needed) + "."};
    return {};
}

reply authorized(
    const server_context& server, request_context& request, const route* row, std::function<reply()> proceed
)
{
    if (request.http.from.is_operator) {
        request.api_client = {
            service::caller_kind::operator_, "operator", std::nullopt, service::scope_set::all()
        };
        return proceed();
    }
    if (presented_tokens(request.http).empty())
        return manage_error(unauthenticated());
    return transaction_step{
        store::intent::read,
        [&server, &request, row, proceed = std::move(proceed)](store::transaction& tx) -> reply {
            return proceed_as_client(server, request, row, proceed, tx);
        }
    };
}

result<void> reauthorize(const server_context& server, const request_context& request, store::transaction& tx)
{
    if (request.http.from.is_operator)
        return {};
    for (const auto text : presented_tokens(request.http))
        if (const auto known = manager_of(server, text, tx); known && known->name == request.api_client.name)
            return {};
    return unauthenticated();
}

}  // namespace scimd::api
