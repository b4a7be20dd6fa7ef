// Cache of access tokens whose signatures have been verified, by digest: a client sends the same token for a
// day. Issuer, expiry and whether the client and the key still exist are checked on every request all the
// same.
#pragma once

#include "base/crypto/digest.hpp"
#include "service/auth/access_tokens.hpp"

#include <cstddef>
#include <cstring>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace scimd::service {

// Holds two generations: a full young one becomes the old one, whose tokens are dropped. Any thread.
class token_cache {
public:
    explicit token_cache(std::size_t generation_max = 4'096) : generation_max_(generation_max) {}

    std::optional<presented_token> find(const sha256_digest& digest);
    void remember(const sha256_digest& digest, presented_token token);

private:
    struct first_bytes {
        std::size_t operator()(const sha256_digest& digest) const noexcept {
            std::size_t value = 0;
            std::memcpy(&value, digest.data(), sizeof value);
            return value;
        }
    };
    using generation = std::unordered_map<sha256_digest, presented_token, first_bytes>;

    void add(const sha256_digest& digest, presented_token token);

    const std::size_t generation_max_;
    std::mutex mutex_;
    generation young_;
    generation old_;
};

}  // namespace scimd::service
