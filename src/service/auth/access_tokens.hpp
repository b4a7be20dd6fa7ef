// Access tokens of API clients: JWTs (RFC 7519) in the compact serialization of RFC 7515, signed with RS256.
// Pure.
#pragma once

#include "base/clock.hpp"
#include "base/crypto/rsa_key.hpp"
#include "base/id.hpp"
#include "service/auth/caller_kinds.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {

constexpr std::chrono::seconds access_token_lifetime_max = std::chrono::hours(24);
constexpr std::chrono::seconds access_token_lifetime_default =
        access_token_lifetime_max - std::chrono::seconds(1);
constexpr std::chrono::seconds clock_skew_max{300};
constexpr std::size_t access_token_bytes_max = 4096;

// The claims of a token. Times are whole seconds, as in a JWT.
struct access_token {
    std::string issuer;  // also the audience
    client_id client;    // also the subject
    std::optional<organization_id> organization;
    std::string id;  // "tkn_42"
    time_point issued;
    time_point expires;
    std::optional<scope_set> scopes{};  // requested for it; empty: all scopes of the client
};

std::string sign_access_token(const access_token& token, signing_key_id key_id, const rsa_key& key);

// A parsed token. Parsing proves its form and nothing else: the signature is still to be verified.
struct presented_token {
    signing_key_id key;
    access_token claims;
    time_point not_before;
    std::string signed_text;
    std::string signature;
};

// Empty: the text is not an access token of this server. The algorithm must be RS256; a header that names
// another algorithm, carries a key or lists critical extensions is refused (RFC 8725 §3.1).
std::optional<presented_token> read_access_token(std::string_view text);

// Whether the token was issued by `issuer` and is valid at that time. Does not verify the signature.
bool is_current(const presented_token& token, std::string_view issuer, time_point now);

}  // namespace scimd::service
