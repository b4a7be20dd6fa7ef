#include "api/auth/authorize.hpp"

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

// A client library of Scalekit sends two: its current token, and its first one.
constexpr std::size_t tokens_max = 4;

std::vector<std::string_view> presented_tokens(const http::request& head) {
    std::vector<std::string_view> found;
    constexpr std::string_view scheme = "Bearer ";
    for (const auto& [name, value] : head.headers)
        if (equals_ignoring_case(name, "Authorization") && starts_with_ignoring_case(value, scheme))
            found.push_back(trim(std::string_view(value).substr(scheme.size())));
    if (found.size() > tokens_max)
        found.clear();
    return found;
}

// Verifies a token. Its key must still be published: the tokens of a key that was forgotten end with it, also
// those in the cache.
std::optional<service::presented_token> verified(
        const server_context& server, std::string_view text, store::transaction& tx) {
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

// Reads the scopes of the client each time; its token can only narrow them.
std::optional<service::manager> manager_of(
        const server_context& server, std::string_view text, store::transaction& tx) {
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
result<void> confine(request_context& request, organization_id to) {
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

// Confines the client before anything else: the answer does not show whether another organization exists.
result<void> admit(request_context& request, const route* row) {
    if (request.api_client.organization)
        if (auto confined = confine(request, *request.api_client.organization); !confined)
            return confined;
    return row ? check_caller(request.api_client, *row) : result<void>();
}

}  // namespace

result<void> check_caller(const service::manager& who, const route& row) {
    const std::string name = std::string(row.method) + ' ' + std::string(row.path);
    if (!row.who.callers.contains(who.kind)) {
        return error{errc::forbidden,
                name + " is for the operator and for clients of the whole environment; this caller is for one"
                       " organization."};
    }
    const auto needed = scope_of(row);
    if (needed && !who.scopes.contains(*needed))
        return error{errc::forbidden, name + " needs the scope " + name_of(*needed) + "."};
    return {};
}

bool has_access_token(const http::request& head) {
    return !presented_tokens(head).empty();
}

error no_access_token() {
    return {errc::unauthorized, "The request needs a valid access token."};
}

void authorize_operator(request_context& request) {
    request.api_client = {
            service::caller_kind::operator_, "operator", std::nullopt, service::scope_set::all()};
}

result<void> authorize(
        const server_context& server, request_context& request, const route* row, store::transaction& tx) {
    for (const auto text : presented_tokens(request.http)) {
        auto known = manager_of(server, text, tx);
        if (!known)
            continue;
        request.api_client = std::move(*known);
        return admit(request, row);
    }
    return no_access_token();
}

result<void> reauthorize(
        const server_context& server, const request_context& request, store::transaction& tx) {
    if (request.http.from.is_operator)
        return {};
    for (const auto text : presented_tokens(request.http))
        if (const auto known = manager_of(server, text, tx); known && known->name == request.api_client.name)
            return {};
    return no_access_token();
}

}  // namespace scimd::api
