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
constexpr std::chrono::seconds public_keys_kept_for{1};
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

// What RFC 6749 §5.2 calls it, and what it is here.
struct fault {
    std::string_view name;
    errc code;
};
constexpr fault invalid_request{"invalid_request", errc::bad_request};
constexpr fault invalid_client{"invalid_client", errc::unauthorized};
constexpr fault unsupported_grant_type{"unsupported_grant_type", errc::bad_request};
constexpr fault temporarily_unavailable{"temporarily_unavailable", errc::too_many_requests};
constexpr fault invalid_scope{"invalid_scope", errc::bad_request};

struct problem {
    fault what;
    std::string description;
};

template <class T>
using checked = boost::system::result<T, problem>;

// RFC 6749's members, and beside them those of the management API's errors, which its clients look for.
http::response oauth_error(const problem& why)
{
    auto made = manage_error({why.what.code, why.description});
    auto body = parse_json_object(made.body).value();
    body["error"] = why.what.name;
    body["error_description"] = why.description;
    made.body = to_text(body);
    if (why.what.code == errc::unauthorized)
        made.headers.set("WWW-Authenticate", "Basic realm=\"scimd\", charset=\"UTF-8\"");
    return made;
}

// --- the keys

using keys = std::vector<signing_keys::key>;
using keys_run = std::function<reply(store::transaction&, const keys&)>;

// Generates the first key, which takes a while: a thread of its own does it.
reply make_first_key(
    const server_context& server, const keys_run& run, const std::shared_ptr<single_flight::flight>& making
)
{
    return blocking_task{[&server, run, making](store::database&) -> reply {
        const auto fresh = std::make_shared<rsa_key>(rsa_key::generate());
        return transaction_step{
            store::intent::write,
            [&server, fresh, run, making](store::transaction& tx) -> reply {
                server.public_keys->forget();
                if (!signing::signer(signing_keys::list(tx), tx.now()))
                    signing::introduce(tx, server.key_vault, *fresh, signing::urgency::as_usual).value();
                return run(tx, signing_keys::list(tx));
            }
        };
    }};
}

// The key that another request is making.
reply await_first_key(const server_context& server, const keys_run& run)
{
    const auto is_refused = std::make_shared<std::atomic<bool>>(false);
    const auto no_key = [] {
        return manage_error({errc::unavailable, "There is no signing key yet. Try again shortly."});
    };
    return external_call{
        [&server, is_refused](const std::function<void()>& done) {
            if (server.first_signing_key->wait(done))
                return;
            *is_refused = true;
            done();
        },
        [run, is_refused, no_key]() -> reply {
            if (*is_refused)
                return no_key();
            return transaction_step{store::intent::read, [run, no_key](store::transaction& tx) -> reply {
                                        const auto known = signing_keys::list(tx);
                                        return signing::signer(known, tx.now()) ? run(tx, known) : no_key();
                                    }};
        }
    };
}

// `run` is given the keys, of which one signs. The first key is made when a request needs it, once for all
// requests: generation is expensive, and an anonymous request can cause it.
reply with_keys(const server_context& server, keys_run run)
{
    return transaction_step{
        store::intent::read,
        [&server, run = std::move(run)](store::transaction& tx) -> reply {
            const auto known = signing_keys::list(tx);
            if (signing::signer(known, tx.now()))
                return run(tx, known);
            if (const auto making = server.first_signing_key->take_off())
                return make_first_key(server, run, making);
            return await_first_key(server, run);
        }
    };
}

json::object to_jwk(const signing_keys::key& from)
{
    const auto half = rsa_key::from_public(from.public_der).value();
    const auto in_base64url = [](const std::string& number) {
        return to_base64url(std::as_bytes(std::span(number)));
    };
    return {
        {"use", "sig"},
        {"kty", "RSA"},
        {"kid", from.id.text()},
        {"alg", "RS256"},
        {"n", in_base64url(half.modulus())},
        {"e", in_base64url(half.exponent())}
    };
}

json::array scopes_supported()
{
    json::array names{"openid"};
    const auto text = names_of(service::scope_set::all());
    for (const auto name : split(text, ' '))
        names.emplace_back(name);
    return names;
}

// --- the request for a token

using form = std::vector<std::pair<std::string, std::string>>;

struct presented_client {
    std::string id;
    std::string secret;
};

const std::string* find_field(const form& given, std::string_view name)
{
    for (const auto& [key, value] : given)
        if (key == name)
            return &value;
    return nullptr;
}

// RFC 6749 §3.2: a parameter that is known stands once; others are ignored.
bool has_repeated(const form& given)
{
    constexpr std::array<std::string_view, 4> known = {"grant_type", "client_id", "client_secret", "scope"};
    return std::ranges::any_of(known, [&given](std::string_view name) {
        return std::ranges::count(given, name, [](const auto& one) -> std::string_view {
                   return one.first;
               }) > 1;
    });
}

bool is_form(const http::request& head)
{
    const auto* type = head.headers.find("Content-Type");
    return type && equals_ignoring_case(trim(type->substr(0, type->find(';'))), form_type);
}

// RFC 6749 §2.3.1: id and secret are form-encoded each, joined by a colon, then in base64.
checked<presented_client> basic_credentials(std::string_view header)
{
    const problem none{invalid_client, "The Authorization header holds no credentials of a client."};
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

bool is_basic(std::string_view header)
{
    return starts_with_ignoring_case(header, "Basic") && (header.size() == 5 || header[5] == ' ');
}

// In the header or in the body, not in both (RFC 6749 §2.3). An Authorization of another scheme authenticates
// no client: libraries send the token that they are about to renew with every request.
checked<presented_client> read_credentials(const http::request& head, const form& given)
{
    const std::string* basic = nullptr;
    for (const auto& [name, value] : head.headers) {
        if (!equals_ignoring_case(name, "Authorization") || !is_basic(value))
            continue;
        if (basic)
            return problem{invalid_request, "The client must authenticate in one way only."};
        basic = &value;
    }
    const auto* id = find_field(given, "client_id");
    const auto* secret = find_field(given, "client_secret");
    if (!basic && (!id || !secret))
        return problem{invalid_client, "client_id and client_secret are required."};
    if (!basic)
        return presented_client{*id, *secret};
    if (secret)
        return problem{invalid_request, "The client must authenticate in one way only."};
    auto read = basic_credentials(*basic);
    if (read && id && *id != read->id)
        return problem{invalid_request, "client_id is another one than in the Authorization header."};
    return read;
}

// What a request asks for: the client, and the scopes of its token.
struct token_request {
    presented_client client;
    std::optional<service::scope_set> scopes{};  // none: all that the client has
};

// RFC 6749 §3.3. "openid" stands for no part of the API: libraries send it out of habit.
checked<std::optional<service::scope_set>> read_wanted_scopes(const form& given)
{
    const auto* text = find_field(given, "scope");
    if (text && text->size() > scope_bytes_max)
        return problem{invalid_scope, "scope must have at most 1000 characters."};
    service::scope_set wanted;
    for (const auto name : text ? split(*text, ' ') : std::vector<std::string_view>()) {
        if (name.empty() || name == "openid")
            continue;
        const auto known = service::parse_scope(name);
        if (!known)
            return problem{invalid_scope, "scope holds a name that is no scope of this API."};
        wanted.add(*known);
    }
    return wanted.is_empty() ? std::optional<service::scope_set>() : std::optional(wanted);
}

checked<token_request> read_request(const http::request& head, std::string_view body)
{
    if (!is_form(head))
        return problem{invalid_request, "The Content-Type must be application/x-www-form-urlencoded."};
    const auto given = parse_form(body);
    if (!given)
        return problem{invalid_request, "The body must be a form of at most 100 parameters in UTF-8."};
    if (has_repeated(*given))
        return problem{invalid_request, "A parameter is given twice."};
    const auto* grant = find_field(*given, "grant_type");
    if (!grant || grant->empty())
        return problem{invalid_request, "grant_type is required."};
    if (*grant != "client_credentials")
        return problem{unsupported_grant_type, "grant_type must be client_credentials."};
    auto client = read_credentials(head, *given);
    if (!client)
        return client.error();
    const auto scopes = read_wanted_scopes(*given);
    if (!scopes)
        return scopes.error();
    return token_request{std::move(*client), *scopes};
}

// RFC 6749 §5.1: what was granted, where it is not simply everything.
std::string granted_text(const store::clients::client& who, const std::optional<service::scope_set>& asked)
{
    if (asked)
        return names_of(*asked);
    return who.scopes ? names_of(service::clients::scopes_of(who)) : std::string("openid");
}

http::response token_response(
    const server_context& server,
    store::transaction& tx,
    const signing_keys::key& signer,
    const store::clients::client& who,
    const std::optional<service::scope_set>& asked
)
{
    const auto key =
        rsa_key::from_private(signing_keys::private_half(tx, server.key_vault, signer.id).reveal());
    const auto issued = std::chrono::floor<std::chrono::seconds>(tx.now());
    const service::access_token token{
        .issuer = server.public_url,
        .client = who.id,
        .organization = who.organization,
        .id = "tkn_" + std::to_string(tx.next_id()),
        .issued = issued,
        .expires = issued + server.token_lifetime,
        .scopes = asked
    };
    auto made = manage_response(
        200,
        {{"access_token", service::sign_access_token(token, signer.id, key.value())},
         {"token_type", "Bearer"},
         {"expires_in", server.token_lifetime.count()},
         {"scope", granted_text(who, asked)}}
    );
    made.headers.add("Pragma", "no-cache");  // RFC 6749 §5.1
    return made;
}

reply refuse_secret(const server_context& server, const std::string& who, time_point now)
{
    if (!server.login_limits.may_try(who, now))
        return too_many_token_requests();
    server.login_limits.note_failure(who, now);
    return oauth_error({invalid_client, "The client is unknown or its secret is wrong."});
}

// The right secret always passes: else a guess, which anybody can make, would lock its owner out. What keeps
// secrets from being guessed is their length (service/auth/tokens); proving one is a look-up by its digest. A
// key is made for a proven client only.
reply answer(const server_context& server, const request_context& request, const token_request& given)
{
    const auto who = request.http.from.address + ' ' + given.client.id;
    return transaction_step{
        store::intent::read,
        [&server, who, given](store::transaction& tx) -> reply {
            const auto client = service::clients::authenticate(tx, given.client.id, given.client.secret);
            if (!client)
                return refuse_secret(server, who, tx.now());
            server.last_used.note(client->secret, tx.now());
            if (given.scopes && !given.scopes->is_within(service::clients::scopes_of(client->client)))
                return oauth_error({invalid_scope, "scope holds more than this client has been granted."});
            return with_keys(
                server,
                [&server, who = client->client, asked = given.scopes](auto& within, const keys& known) {
                    return token_response(
                        server, within, signing::signer(known, within.now()).value(), who, asked
                    );
                }
            );
        }
    };
}

}  // namespace

reply issue_token(const server_context& server, request_context& request)
{
    return body_request{form_bytes_max, [&server, &request](const std::string& body) -> reply {
                            const auto given = read_request(request.http, body);
                            return given ? answer(server, request, *given) : oauth_error(given.error());
                        }};
}

// The keys are the same for all who ask: one of them in a second makes the answer for the others.
reply list_keys(const server_context& server, request_context& request)
{
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
            body, request.started_at, request.started_at + public_keys_kept_for, generation
        );
        return answer(std::move(body));
    });
}

reply describe_issuer(const server_context& server, request_context& request)
{
    auto answer = manage_response(200, {});
    if (const auto kept = server.issuer->find(request.started_at)) {
        answer.body = *kept;
        return answer;
    }
    answer.body = to_text(json::object{
        {"issuer", server.public_url},
        {"token_endpoint", server.public_url + "/oauth/token"},
        {"jwks_uri", server.public_url + "/keys"},
        {"grant_types_supported", json::array{"client_credentials"}},
        {"token_endpoint_auth_methods_supported", json::array{"client_secret_basic", "client_secret_post"}},
        {"response_types_supported", json::array()},
        {"subject_types_supported", json::array{"public"}},
        {"scopes_supported", scopes_supported()},
        {"id_token_signing_alg_values_supported", json::array{"RS256"}}
    });
    server.issuer->keep(answer.body, request.started_at, time_point::max(), server.issuer->generation());
    return answer;
}

http::response too_many_token_requests()
{
    return oauth_error({temporarily_unavailable, "There were too many wrong secrets. Try again shortly."});
}

}  // namespace scimd::api
