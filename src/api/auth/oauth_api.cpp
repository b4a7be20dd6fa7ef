#include "api/auth/oauth_api.hpp"

#include "api/render.hpp"
#include "api/target.hpp"
#include "base/codec.hpp"
#include "base/text.hpp"
#include "service/auth/access_tokens.hpp"
#include "service/auth/clients.hpp"
#include "service/auth/login_rate_limit.hpp"
#include "service/auth/signing.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

namespace signing = service::signing;
namespace signing_keys = store::signing_keys;

constexpr std::size_t form_bytes_max = 16 * 1024;
constexpr std::size_t scope_bytes_max = 1'000;
constexpr std::chrono::seconds public_keys_cached_for{1};
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

// An error code of RFC 6749 §5.2, and the errc that it corresponds to.
struct oauth_code {
    std::string_view name;
    errc code;
};
constexpr oauth_code invalid_request{"invalid_request", errc::bad_request};
constexpr oauth_code invalid_client{"invalid_client", errc::unauthorized};
constexpr oauth_code unsupported_grant_type{"unsupported_grant_type", errc::bad_request};
constexpr oauth_code temporarily_unavailable{"temporarily_unavailable", errc::too_many_requests};
constexpr oauth_code invalid_scope{"invalid_scope", errc::bad_request};

struct oauth_failure {
    oauth_code kind;
    std::string description;
};

template <class T>
using checked = boost::system::result<T, oauth_failure>;

// An error response with the members of RFC 6749 §5.2 and, beside them, those of the management API, which
// clients of that API look for.
http::response oauth_error(const oauth_failure& failure) {
    auto made = manage_error({failure.kind.code, failure.description});
    auto body = parse_json_object(made.body).value();
    body["error"] = failure.kind.name;
    body["error_description"] = failure.description;
    made.body = to_text(body);
    if (failure.kind.code == errc::unauthorized)
        made.headers.set("WWW-Authenticate", "Basic realm=\"scimd\", charset=\"UTF-8\"");
    return made;
}

// --- signing keys

using keys = std::vector<signing_keys::key>;
using keys_run = std::function<reply(store::transaction&, const keys&)>;

// Generates the first key in a thread of its own, since that takes long.
reply make_first_key(const server_context& server, const keys_run& run,
        const std::shared_ptr<single_flight::flight>& flight) {
    return blocking_task{[&server, run, flight](store::database&) -> reply {
        const auto fresh = std::make_shared<rsa_key>(rsa_key::generate());
        return transaction_step{
                store::intent::write, [&server, fresh, run, flight](store::transaction& tx) -> reply {
                    server.public_keys->forget();
                    if (!signing::signer(signing_keys::list(tx), tx.now()))
                        signing::introduce(tx, server.key_vault, *fresh, signing::urgency::as_usual).value();
                    return run(tx, signing_keys::list(tx));
                }};
    }};
}

// Waits for the key that another request is generating.
reply await_first_key(const server_context& server, const keys_run& run) {
    const auto has_no_place = std::make_shared<std::atomic<bool>>(false);
    const auto no_key = [] {
        return manage_error({errc::unavailable, "There is no signing key yet. Try again shortly."});
    };
    return external_call{[&server, has_no_place](const std::function<void()>& done) {
                             if (server.first_signing_key->wait(done))
                                 return;
                             *has_no_place = true;
                             done();
                         },
            [run, has_no_place, no_key]() -> reply {
                if (*has_no_place)
                    return no_key();
                return transaction_step{store::intent::read, [run, no_key](store::transaction& tx) -> reply {
                                            const auto known = signing_keys::list(tx);
                                            return signing::signer(known, tx.now()) ? run(tx, known)
                                                                                    : no_key();
                                        }};
            }};
}

// Calls `run` with the signing keys, one of which is the current signer. The first key is generated when a
// request needs it, in a single flight: generation is expensive, and anonymous requests can cause it.
reply with_keys(const server_context& server, keys_run run) {
    return transaction_step{
            store::intent::read, [&server, run = std::move(run)](store::transaction& tx) -> reply {
                const auto known = signing_keys::list(tx);
                if (signing::signer(known, tx.now()))
                    return run(tx, known);
                if (const auto flight = server.first_signing_key->start())
                    return make_first_key(server, run, flight);
                return await_first_key(server, run);
            }};
}

json::object to_jwk(const signing_keys::key& from) {
    const auto public_key = rsa_key::from_public(from.public_der).value();
    const auto in_base64url = [](const std::string& number) {
        return to_base64url(std::as_bytes(std::span(number)));
    };
    return {{"use", "sig"}, {"kty", "RSA"}, {"kid", from.id.text()}, {"alg", "RS256"},
            {"n", in_base64url(public_key.modulus())}, {"e", in_base64url(public_key.exponent())}};
}

json::array scopes_supported() {
    json::array names{"openid"};
    const auto text = names_of(service::scope_set::all());
    for (const auto name : split(text, ' '))
        names.emplace_back(name);
    return names;
}

// --- the token request

using form = std::vector<std::pair<std::string, std::string>>;

struct presented_client {
    std::string id;
    std::string secret;
};

const std::string* find_field(const form& given, std::string_view name) {
    for (const auto& [key, value] : given)
        if (key == name)
            return &value;
    return nullptr;
}

// RFC 6749 §3.2: no known parameter may be repeated; unknown parameters are ignored.
bool has_repeated(const form& given) {
    constexpr std::array<std::string_view, 4> known = {"grant_type", "client_id", "client_secret", "scope"};
    return std::ranges::any_of(known, [&given](std::string_view name) {
        return std::ranges::count(
                       given, name, [](const auto& one) -> std::string_view { return one.first; }) > 1;
    });
}

bool is_form(const http::request& head) {
    const auto* type = head.headers.find("Content-Type");
    return type && equals_ignoring_case(trim(type->substr(0, type->find(';'))), form_type);
}

// RFC 6749 §2.3.1: id and secret are form-encoded, joined by a colon, and encoded in base64.
checked<presented_client> basic_credentials(std::string_view header) {
    const oauth_failure none{invalid_client, "The Authorization header holds no credentials of a client."};
    constexpr std::string_view scheme = "Basic ";
    if (!starts_with_ignoring_case(header, scheme))
        return none;
    const auto bytes = from_base64(trim(header.substr(scheme.size())));
    if (!bytes)
        return none;
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return none;
    auto id = decode_form_value(text.substr(0, colon));
    auto secret = decode_form_value(text.substr(colon + 1));
    if (!id || !secret)
        return none;
    return presented_client{std::move(*id), std::move(*secret)};
}

bool is_basic(std::string_view header) {
    return starts_with_ignoring_case(header, "Basic") && (header.size() == 5 || header[5] == ' ');
}

// Client authentication in the Authorization header or in the body, not in both (RFC 6749 §2.3). Other
// schemes than Basic are ignored: client libraries send the token that they are about to renew with every
// request.
checked<presented_client> read_credentials(const http::request& head, const form& given) {
    const std::string* basic = nullptr;
    for (const auto& [name, value] : head.headers) {
        if (!equals_ignoring_case(name, "Authorization") || !is_basic(value))
            continue;
        if (basic)
            return oauth_failure{invalid_request, "The client must authenticate in one way only."};
        basic = &value;
    }
    const auto* id = find_field(given, "client_id");
    const auto* secret = find_field(given, "client_secret");
    if (!basic && (!id || !secret))
        return oauth_failure{invalid_client, "client_id and client_secret are required."};
    if (!basic)
        return presented_client{*id, *secret};
    if (secret)
        return oauth_failure{invalid_request, "The client must authenticate in one way only."};
    auto read = basic_credentials(*basic);
    if (read && id && *id != read->id)
        return oauth_failure{invalid_request, "client_id is another one than in the Authorization header."};
    return read;
}

// A token request (RFC 6749 §4.4.2): the client's credentials, and the scopes of the token.
struct token_request {
    presented_client client;
    std::optional<service::scope_set> scopes{};  // none: all scopes of the client
};

// RFC 6749 §3.3. "openid" is accepted without effect: client libraries send it by default.
checked<std::optional<service::scope_set>> read_wanted_scopes(const form& given) {
    const auto* text = find_field(given, "scope");
    if (text && text->size() > scope_bytes_max)
        return oauth_failure{invalid_scope, "scope must have at most 1000 characters."};
    service::scope_set wanted;
    for (const auto name : text ? split(*text, ' ') : std::vector<std::string_view>()) {
        if (name.empty() || name == "openid")
            continue;
        const auto known = service::parse_scope(name);
        if (!known)
            return oauth_failure{invalid_scope, "scope holds a name that is no scope of this API."};
        wanted.add(*known);
    }
    return wanted.is_empty() ? std::optional<service::scope_set>() : std::optional(wanted);
}

checked<token_request> read_request(const http::request& head, std::string_view body) {
    if (!is_form(head))
        return oauth_failure{invalid_request, "The Content-Type must be application/x-www-form-urlencoded."};
    const auto given = parse_form(body);
    if (!given)
        return oauth_failure{invalid_request, "The body must be a form of at most 100 parameters in UTF-8."};
    if (has_repeated(*given))
        return oauth_failure{invalid_request, "A parameter is given twice."};
    const auto* grant = find_field(*given, "grant_type");
    if (!grant || grant->empty())
        return oauth_failure{invalid_request, "grant_type is required."};
    if (*grant != "client_credentials")
        return oauth_failure{unsupported_grant_type, "grant_type must be client_credentials."};
    auto client = read_credentials(head, *given);
    if (!client)
        return client.error();
    const auto scopes = read_wanted_scopes(*given);
    if (!scopes)
        return scopes.error();
    return token_request{std::move(*client), *scopes};
}

// RFC 6749 §5.1: the granted scopes.
std::string granted_text(
        const store::clients::client& client, const std::optional<service::scope_set>& asked) {
    if (asked)
        return names_of(*asked);
    return client.scopes ? names_of(service::clients::scopes_of(client)) : std::string("openid");
}

http::response token_response(const server_context& server, store::transaction& tx,
        const signing_keys::key& signer, const store::clients::client& client,
        const std::optional<service::scope_set>& asked) {
    const auto key =
            rsa_key::from_private(signing_keys::private_half(tx, server.key_vault, signer.id).reveal());
    const auto issued = std::chrono::floor<std::chrono::seconds>(tx.now());
    const service::access_token token{.issuer = server.public_url,
            .client = client.id,
            .organization = client.organization,
            .id = "tkn_" + std::to_string(tx.next_id()),
            .issued = issued,
            .expires = issued + server.token_lifetime,
            .scopes = asked};
    auto made = manage_response(
            200, {{"access_token", service::sign_access_token(token, signer.id, key.value())},
                         {"token_type", "Bearer"}, {"expires_in", server.token_lifetime.count()},
                         {"scope", granted_text(client, asked)}});
    made.headers.add("Pragma", "no-cache");  // RFC 6749 §5.1
    return made;
}

reply refuse_secret(const server_context& server, const std::string& limit_key, time_point now) {
    if (!server.login_limits.may_try(limit_key, now))
        return too_many_token_requests();
    server.login_limits.note_failure(limit_key, now);
    return oauth_error({invalid_client, "The client is unknown or its secret is wrong."});
}

// Authenticates the client and issues a token. The login rate limit applies to wrong secrets only: the right
// secret always passes, otherwise anybody could lock a client out with wrong guesses. The length of the
// secrets protects them against brute force (service/auth/tokens); checking one is a look-up by its digest.
// The first signing key is generated after authentication: key generation is expensive and must not be
// anonymous.
reply answer(const server_context& server, const request_context& request, const token_request& given) {
    const auto limit_key = request.http.from.address + ' ' + given.client.id;
    return transaction_step{
            store::intent::read, [&server, limit_key, given](store::transaction& tx) -> reply {
                const auto client = service::clients::authenticate(tx, given.client.id, given.client.secret);
                if (!client)
                    return refuse_secret(server, limit_key, tx.now());
                server.last_used.note(client->secret, tx.now());
                if (given.scopes && !given.scopes->is_within(service::clients::scopes_of(client->client)))
                    return oauth_error(
                            {invalid_scope, "scope holds more than this client has been granted."});
                return with_keys(server, [&server, client = client->client, asked = given.scopes](
                                                 auto& within, const keys& known) {
                    return token_response(
                            server, within, signing::signer(known, within.now()).value(), client, asked);
                });
            }};
}

}  // namespace

reply issue_token(const server_context& server, request_context& request) {
    return body_request{form_bytes_max, [&server, &request](const std::string& body) -> reply {
                            const auto given = read_request(request.http, body);
                            return given ? answer(server, request, *given) : oauth_error(given.error());
                        }};
}

// The response is cached for a second, since it does not depend on the client.
reply list_keys(const server_context& server, request_context& request) {
    const auto answer = [](std::string body) {
        auto made = manage_response(200, {});
        made.body = std::move(body);
        const auto seconds = std::chrono::seconds(signing::keys_fresh_for).count();
        made.headers.set("Cache-Control", "public, max-age=" + std::to_string(seconds));
        return made;
    };
    if (const auto kept = server.public_keys->find(request.started_at))
        return answer(*kept);
    const auto generation = server.public_keys->generation();
    return with_keys(server, [&server, &request, answer, generation](auto& tx, const keys& known) -> reply {
        json::array listed;
        for (const auto& key : known)
            if (signing::is_published(key, tx.now()))
                listed.push_back(to_jwk(key));
        auto body = to_text(json::object{{"keys", std::move(listed)}});
        server.public_keys->keep(
                body, request.started_at, request.started_at + public_keys_cached_for, generation);
        return answer(std::move(body));
    });
}

reply describe_issuer(const server_context& server, request_context& request) {
    auto answer = manage_response(200, {});
    if (const auto kept = server.issuer->find(request.started_at)) {
        answer.body = *kept;
        return answer;
    }
    answer.body = to_text(json::object{{"issuer", server.public_url},
            {"token_endpoint", server.public_url + "/oauth/token"}, {"jwks_uri", server.public_url + "/keys"},
            {"grant_types_supported", json::array{"client_credentials"}},
            {"token_endpoint_auth_methods_supported",
                    json::array{"client_secret_basic", "client_secret_post"}},
            {"response_types_supported", json::array()}, {"subject_types_supported", json::array{"public"}},
            {"scopes_supported", scopes_supported()},
            {"id_token_signing_alg_values_supported", json::array{"RS256"}}});
    server.issuer->keep(answer.body, request.started_at, time_point::max(), server.issuer->generation());
    return answer;
}

http::response too_many_token_requests() {
    return oauth_error({temporarily_unavailable, "There were too many wrong secrets. Try again shortly."});
}

}  // namespace scimd::api
