#include "api/oauth_api.hpp"

#include "api/render.hpp"
#include "api/target.hpp"
#include "base/codec.hpp"
#include "base/text.hpp"
#include "service/access_tokens.hpp"
#include "service/clients.hpp"
#include "service/guess_throttle.hpp"
#include "service/signing.hpp"

#include <algorithm>
#include <array>
#include <atomic>
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

struct problem {
    fault what;
    std::string_view description;  // a static text
};

template <class T>
using checked = boost::system::result<T, problem>;

// RFC 6749's members, and beside them those of the management API's errors, which its clients look for.
http::response oauth_error(const problem& why)
{
    auto made = manage_error({why.what.code, std::string(why.description)});
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
    const house& home, const keys_run& run, const std::shared_ptr<single_flight::flight>& making
)
{
    return chore{[&home, run, making](store::database&) -> reply {
        const auto fresh = std::make_shared<rsa_key>(rsa_key::generate());
        return work{store::intent::write, [&home, fresh, run, making](store::transaction& tx) -> reply {
                        if (!signing::signer(signing_keys::list(tx), tx.now()))
                            signing::introduce(tx, home.safe, *fresh, signing::urgency::as_usual).value();
                        return run(tx, signing_keys::list(tx));
                    }};
    }};
}

// The key that another request is making.
reply await_first_key(const house& home, const keys_run& run)
{
    const auto is_refused = std::make_shared<std::atomic<bool>>(false);
    const auto no_key = [] {
        return manage_error({errc::unavailable, "There is no signing key yet. Try again shortly."});
    };
    return errand{
        [&home, is_refused](const std::function<void()>& done) {
            if (home.first_signing_key->wait(done))
                return;
            *is_refused = true;
            done();
        },
        [run, is_refused, no_key]() -> reply {
            if (*is_refused)
                return no_key();
            return work{store::intent::read, [run, no_key](store::transaction& tx) -> reply {
                            const auto known = signing_keys::list(tx);
                            return signing::signer(known, tx.now()) ? run(tx, known) : no_key();
                        }};
        }
    };
}

// `run` is given the keys, of which one signs. The first key is made when a request needs it, once for all
// requests: generation is expensive, and an anonymous request can cause it.
reply with_keys(const house& home, keys_run run)
{
    return work{store::intent::read, [&home, run = std::move(run)](store::transaction& tx) -> reply {
                    const auto known = signing_keys::list(tx);
                    if (signing::signer(known, tx.now()))
                        return run(tx, known);
                    if (const auto making = home.first_signing_key->take_off())
                        return make_first_key(home, run, making);
                    return await_first_key(home, run);
                }};
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
    constexpr problem none{invalid_client, "The Authorization header holds no credentials of a client."};
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

// In the header or in the body, not in both (RFC 6749 §2.3).
checked<presented_client> read_credentials(const http::request& head, const form& given)
{
    const auto* header = head.headers.find("Authorization");
    const auto* id = find_field(given, "client_id");
    const auto* secret = find_field(given, "client_secret");
    if (!header && (!id || !secret))
        return problem{invalid_client, "client_id and client_secret are required."};
    if (!header)
        return presented_client{*id, *secret};
    if (secret || head.headers.count("Authorization") > 1)
        return problem{invalid_request, "The client must authenticate in one way only."};
    auto read = basic_credentials(*header);
    if (read && id && *id != read->id)
        return problem{invalid_request, "client_id is another one than in the Authorization header."};
    return read;
}

checked<presented_client> read_request(const http::request& head, std::string_view body)
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
    return read_credentials(head, *given);
}

http::response token_response(
    const house& home,
    store::transaction& tx,
    const signing_keys::key& signer,
    const store::clients::client& who
)
{
    const auto key = rsa_key::from_private(signing_keys::private_half(tx, home.safe, signer.id).reveal());
    const auto issued = std::chrono::floor<std::chrono::seconds>(tx.now());
    const service::access_token token{
        .issuer = home.public_url,
        .client = who.id,
        .organization = who.organization,
        .id = "tkn_" + std::to_string(tx.next_id()),
        .issued = issued,
        .expires = issued + home.token_lifetime
    };
    auto made = manage_response(
        200,
        {{"access_token", service::sign_access_token(token, signer.id, key.value())},
         {"token_type", "Bearer"},
         {"expires_in", home.token_lifetime.count()},
         {"scope", "openid"}}
    );
    made.headers.add("Pragma", "no-cache");  // RFC 6749 §5.1
    return made;
}

reply refuse_secret(const house& home, const std::string& who, time_point now)
{
    if (!home.guesses.may_try(who, now))
        return oauth_error({temporarily_unavailable, "There were too many wrong secrets. Try again shortly."}
        );
    home.guesses.note_failure(who, now);
    return oauth_error({invalid_client, "The client is unknown or its secret is wrong."});
}

// The right secret always passes: else a guess, which anybody can make, would lock its owner out. What keeps
// secrets from being guessed is their length (service/tokens); proving one is a look-up by its digest. A key
// is made for a proven client only.
reply answer(const house& home, const call& on, const presented_client& given)
{
    const auto who = on.head.from.address + ' ' + given.id;
    return work{store::intent::read, [&home, who, given](store::transaction& tx) -> reply {
                    const auto client = service::clients::prove(tx, given.id, given.secret);
                    if (!client)
                        return refuse_secret(home, who, tx.now());
                    home.usage.note(client->by, tx.now());
                    return with_keys(home, [&home, who = client->client](auto& within, const keys& known) {
                        return token_response(
                            home, within, signing::signer(known, within.now()).value(), who
                        );
                    });
                }};
}

}  // namespace

reply issue_token(const house& home, call& on)
{
    return body_wanted{form_bytes_max, [&home, &on](const std::string& body) -> reply {
                           const auto given = read_request(on.head, body);
                           return given ? answer(home, on, *given) : oauth_error(given.error());
                       }};
}

reply list_keys(const house& home, call&)
{
    return with_keys(home, [](store::transaction& tx, const keys& known) -> reply {
        json::array listed;
        for (const auto& key : known)
            if (signing::is_published(key, tx.now()))
                listed.push_back(to_jwk(key));
        auto made = manage_response(200, {{"keys", std::move(listed)}});
        const auto seconds = std::chrono::seconds(signing::keys_fresh_for).count();
        made.headers.set("Cache-Control", "public, max-age=" + std::to_string(seconds));
        return made;
    });
}

reply describe_issuer(const house& home, call&)
{
    return manage_response(
        200,
        {{"issuer", home.public_url},
         {"token_endpoint", home.public_url + "/oauth/token"},
         {"jwks_uri", home.public_url + "/keys"},
         {"grant_types_supported", json::array{"client_credentials"}},
         {"token_endpoint_auth_methods_supported", json::array{"client_secret_basic", "client_secret_post"}},
         {"response_types_supported", json::array()},
         {"subject_types_supported", json::array{"public"}},
         {"scopes_supported", json::array{"openid"}},
         {"id_token_signing_alg_values_supported", json::array{"RS256"}}}
    );
}

}  // namespace scimd::api
