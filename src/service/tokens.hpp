// Bearer tokens: "scimd_scim_", 43 base62 digits that hold 256 random bits, 6 that hold their CRC-32.
//
// The prefix lets secret scanners find a leaked token, the checksum refuses a mistyped one before the store
// is asked.
#pragma once

#include "base/crypto.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {

constexpr std::string_view token_prefix = "scimd_scim_";
constexpr std::size_t token_bytes = token_prefix.size() + 43 + 6;

struct minted_token {
    secret text;           // to be shown once
    sha256_digest digest;  // to be stored
    std::string suffix;    // the last four characters
};
minted_token mint_token(random_source& random);

// The digest to look up; empty when the text cannot be a token of ours.
std::optional<sha256_digest> digest_of_token(std::string_view text);

}  // namespace scimd::service
