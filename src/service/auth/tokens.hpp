// Bearer tokens of directories and secrets of API clients: a prefix ("scimd_scim_", "scimd_client_"), 43
// base62 digits of 256 random bits, and 6 of the CRC-32 of the text before them.
//
// Secret scanners find a leaked token by its prefix; the checksum rejects a mistyped one without a query.
// Pure, except for the random source.
#pragma once

#include "base/clock.hpp"
#include "base/crypto/digest.hpp"
#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {

constexpr std::string_view token_prefix = "scimd_scim_";
constexpr std::string_view client_secret_prefix = "scimd_client_";
constexpr std::size_t token_bytes = token_prefix.size() + 43 + 6;

struct minted_token {
    secret text;           // shown once
    sha256_digest digest;  // stored
    std::string suffix;    // the last four characters
};
minted_token mint_token(random_source& random, std::string_view prefix = token_prefix);

// Whether the text can be a token with that prefix: it has the form and the checksum.
bool is_plausible_token(std::string_view text, std::string_view prefix = token_prefix);

// The digest by which the token is looked up; empty: the text cannot be a token.
std::optional<sha256_digest> digest_of_token(std::string_view text, std::string_view prefix = token_prefix);

// Whether a token, a client's secret or a signing key of an endpoint is valid at that time: it has not
// expired and, where its kind can be revoked, it has not been revoked.
template <class Secret>
bool is_alive(const Secret& secret, time_point now) {
    if constexpr (requires { secret.revoked; })
        if (secret.revoked)
            return false;
    return !secret.expires || *secret.expires > now;
}

}  // namespace scimd::service
