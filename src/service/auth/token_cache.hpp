// Access tokens whose signatures were found good, by digest: a client sends the same one for a day, and the
// signature stays what it is. Who issued it, until when, and whether its client and its key are still there
// are asked each time. Any thread.
#pragma once

#include "base/crypto/digest.hpp"
#include "service/auth/access_tokens.hpp"

#include <cstddef>
#include <cstring>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace scimd::service {

class token_cache {
public:
    // Two generations of so many: when the young one is full, it becomes the old one, which is forgotten.
    explicit token_cache(std::size_t generation_max = 4'096) : generation_max_(generation_max) {}

    std::optional<presented_token> find(const sha256_digest& digest);
    void remember(const sha256_digest& digest, presented_token token);

private:
    struct first_bytes {
        std::size_t operator()(const sha256_digest& digest) const noexcept
        {
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
