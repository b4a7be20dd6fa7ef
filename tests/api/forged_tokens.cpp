#include "forged_tokens.hpp"

#include "base/codec.hpp"
#include "base/crypto/digest.hpp"
#include "base/crypto/rsa_key.hpp"
#include "base/text.hpp"
#include "store/signing_keys.hpp"

#include <span>
#include <string_view>

namespace scimd::api {
namespace {

std::string base64url_of(std::string_view text) {
    return to_base64url(std::as_bytes(std::span(text)));
}

json::object part(const std::string& token, std::size_t index) {
    const auto bytes = from_base64url(split(token, '.')[index]).value();
    return parse_json_object({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).value();
}

std::string unsigned_text(const json::object& header, const json::object& claims) {
    return base64url_of(to_text(header)) + '.' + base64url_of(to_text(claims));
}

std::string with_signature(std::string text, std::string_view signature) {
    return text.append(".").append(base64url_of(signature));
}

std::int64_t seconds(time_point when) {
    return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

// The header names the algorithm or key to verify with, which the server must ignore.
void add_header_attacks(std::vector<forged_token>& all, test::api_fixture& fixture, const std::string& good) {
    const auto header = header_of(good);
    const auto claims = claims_of(good);
    store::signing_keys::key key;
    store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
        key = store::signing_keys::list(tx).back();
        return store::verdict::commit;
    });
    const auto with = [&](std::string_view name, const json::value& value) {
        auto changed = header;
        changed[name] = value;
        return changed;
    };
    const auto add = [&](std::string name, const json::object& changed) {
        all.push_back({std::move(name), signed_by_server(fixture, changed, claims)});
    };
    for (const auto* const none : {"none", "None", "NONE", "nOnE"}) {
        const auto text = unsigned_text(with("alg", none), claims);
        all.push_back({std::string("alg ") + none + ", no signature", text + "."});
        all.push_back({std::string("alg ") + none + ", two parts", text});
        add(std::string("alg ") + none + ", signed", with("alg", none));
    }
    const auto hs256 = unsigned_text(with("alg", "HS256"), claims);
    const auto modulus = rsa_key::from_public(key.public_der)->modulus();
    for (const auto& secret : {key.public_der, modulus, base64url_of(modulus), std::string()}) {
        const auto mac = hmac_sha256(std::as_bytes(std::span(secret)), hs256);
        const std::string_view bytes(reinterpret_cast<const char*>(mac.data()), mac.size());
        all.push_back({"HS256 with a public text as its key", with_signature(hs256, bytes)});
    }
    for (const auto* const other : {"RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 ", ""})
        add(std::string("alg ") + other, with("alg", other));
    auto bare = header;
    bare.erase("alg");
    add("no alg", bare);
    add("alg is no string", with("alg", 256));
    add("alg is a list", with("alg", json::array{"RS256"}));
    auto nameless = header;
    nameless.erase("kid");
    add("no kid", nameless);
    for (const auto* const kid : {"snk_1", "", "snk_", "../../etc/passwd", "snk_1' or '1'='1", "SNK_1"})
        add(std::string("kid ") + kid, with("kid", kid));
    add("an extension to be understood", with("crit", json::array{"exp"}));
    add("a key of its own", with("jwk", json::object{{"kty", "RSA"}}));
    for (const auto* const url : {"jku", "x5u"})
        add(std::string(url) + " elsewhere", with(url, "https://evil.example/keys"));
    add("a certificate of its own", with("x5c", json::array{"MIIB"}));
    add("another type", with("typ", "secevent+jwt"));
}

void add_claim_attacks(std::vector<forged_token>& all, test::api_fixture& fixture, const std::string& good) {
    const auto header = header_of(good);
    const auto now = seconds(fixture.clock.now());
    const auto with = [&](std::string_view name, const json::value& value) {
        auto claims = claims_of(good);
        claims[name] = value;
        all.push_back({std::string(name) + " " + to_text(value), signed_by_server(fixture, header, claims)});
    };
    for (const auto* const name : {"iss", "sub", "aud", "exp", "iat", "nbf", "client_id"}) {
        auto claims = claims_of(good);
        claims.erase(name);
        all.push_back({std::string("no ") + name, signed_by_server(fixture, header, claims)});
        for (const auto& value :
                {json::value(nullptr), json::value(""), json::value(json::array()), json::value(true)})
            with(name, value);
    }
    with("exp", now - 300);
    with("exp", now - 301);
    with("exp", -1);
    with("exp", 4e18);
    with("exp", json::string(std::to_string(now + 100)));
    with("nbf", now + 302);
    with("nbf", 99'999'999'999'999);
    with("iss", "https://evil.example");
    with("iss", "https://scim.test/");
    with("iss", "http://scim.test");
    with("aud", json::array{"https://evil.example"});
    with("aud", json::array{"https://scim.test", "https://evil.example"});
    with("aud", "https://evil.example");
    with("sub", "skc_1");
    with("client_id", "skc_1");
    with("client_id", "operator");
    with("oid", "dir_1");
    with("oid", 1);
}

void add_broken_texts(std::vector<forged_token>& all, const std::string& good) {
    const auto parts = split(good, '.');
    const std::string header(parts[0]);
    const std::string claims(parts[1]);
    const std::string signature(parts[2]);
    const auto claimed = header + '.' + claims;
    all.push_back({"no signature", claimed + "."});
    all.push_back({"two parts", claimed});
    all.push_back({"one part", header});
    all.push_back({"four parts", good + ".x"});
    all.push_back({"a dot behind", good + "."});
    all.push_back({"a dot before", "." + good});
    all.push_back({"a space within", claimed + " ." + signature});
    all.push_back({"twice", good + "," + good});
    all.push_back({"shorter by one", good.substr(0, good.size() - 1)});
    all.push_back({"longer by one", good + "A"});
    all.push_back({"padded", good + "=="});
    all.push_back({"in quotes", "\"" + good + "\""});
    all.push_back({"huge", good + std::string(10'000, 'A')});
    all.push_back({"the signature of nothing", claimed + "." + std::string(342, 'A')});
    all.push_back({"a changed header", "A" + good.substr(1)});
    auto changed = good;
    changed[header.size() + 5] = changed[header.size() + 5] == 'A' ? 'B' : 'A';
    all.push_back({"a changed claim", changed});
    changed = good;
    changed[claimed.size() + 5] = changed[claimed.size() + 5] == 'A' ? 'B' : 'A';
    all.push_back({"a changed signature", changed});
    all.push_back({"swapped parts", claims + '.' + header + '.' + signature});
    all.push_back({"an empty header", base64url_of("{}") + '.' + claims + '.' + signature});
    all.push_back({"a header that is no object", base64url_of("[]") + '.' + claims + '.' + signature});
    all.push_back({"a header that says alg twice",
            base64url_of(R"({"alg":"RS256","alg":"none"})") + '.' + claims + '.'});
    all.push_back({"deep claims", header + '.' + base64url_of(std::string(1'000, '[')) + '.' + signature});
}

}  // namespace

json::object header_of(const std::string& token) {
    return part(token, 0);
}

json::object claims_of(const std::string& token) {
    return part(token, 1);
}

std::string signed_by_server(
        test::api_fixture& fixture, const json::object& header, const json::object& claims) {
    auto text = unsigned_text(header, claims);
    std::string signature;
    store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
        const auto key = store::signing_keys::list(tx).back();
        const auto der = store::signing_keys::private_half(tx, fixture.key_vault, key.id);
        signature = rsa_key::from_private(der.reveal())->sign(text);
        return store::verdict::commit;
    });
    return with_signature(std::move(text), signature);
}

std::vector<forged_token> forged_tokens(test::api_fixture& fixture, const std::string& good) {
    std::vector<forged_token> all;
    add_broken_texts(all, good);
    add_header_attacks(all, fixture, good);
    add_claim_attacks(all, fixture, good);
    const auto stranger = rsa_key::generate().sign(unsigned_text(header_of(good), claims_of(good)));
    all.push_back({"signed by another key",
            with_signature(unsigned_text(header_of(good), claims_of(good)), stranger)});
    all.push_back({"a token of SCIM", fixture.token});
    all.push_back({"nothing", ""});
    return all;
}

}  // namespace scimd::api
