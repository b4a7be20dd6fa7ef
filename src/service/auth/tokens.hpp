// Bearer tokens and the secrets of API clients: a prefix ("scimd_scim_", "scimd_client_"), 43 base62 digits
// that hold 256 random bits, 6 that hold the CRC-32 of what stands before them.
//
// The prefix lets secret scanners find a leaked token, the checksum refuses a mistyped one before the store
// is asked.
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
    secret text;           // to be shown once
    sha256_digest digest;  // to be stored
    std::string suffix;    // the last four characters
};
minted_token mint_token(random_source& random, std::string_view prefix = token_prefix);

// Whether the text can be one of ours with that prefix: its form, and its checksum.
bool is_plausible_token(std::string_view text, std::string_view prefix = token_prefix);

// The digest to look up; empty when the text cannot be one of ours.
std::optional<sha256_digest> digest_of_token(std::string_view text, std::string_view prefix = token_prefix);

// Whether a token, a client's secret or a signing key of an endpoint is valid at that time: it has not
// expired and, where its kind can be revoked, it has not been revoked.
template <class Secret>
bool is_alive(const Secret& secret, time_point now)
{
    if constexpr (requires { secret.revoked; })
        if (secret.revoked)
            return false;
    return !secret.expires || *secret.expires > now;
}

}  // namespace scimd::service
