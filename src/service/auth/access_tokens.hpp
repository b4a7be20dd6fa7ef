// Access tokens of API clients: JWTs (RFC 7519) in the compact form of RFC 7515, RS256. Pure.
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

// Times are whole seconds, as a JWT has them.
struct access_token {
    std::string issuer;  // its audience, too
    client_id client;    // and its subject
    std::optional<organization_id> organization;
    std::string id;  // "tkn_42"
    time_point issued;
    time_point expires;
    std::optional<scope_set> scopes{};  // those asked for; none: all that the client has
};

std::string sign_access_token(const access_token& what, signing_key_id key_id, const rsa_key& key);

// A token's text taken apart; nothing is proved by that but its form.
struct presented_token {
    signing_key_id key;
    access_token claims;
    time_point not_before;
    std::string signed_text;
    std::string signature;
};

// Empty: the text is no token of ours. The algorithm is RS256 or it is none: what the header says of others,
// of keys that it brings along or of extensions that must be understood is refused (RFC 8725 §3.1).
std::optional<presented_token> read_access_token(std::string_view text);

// Whether the token is issued here and alive. Its signature is another matter.
bool is_current(const presented_token& token, std::string_view issuer, time_point now);

}  // namespace scimd::service
