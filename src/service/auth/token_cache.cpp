#include "service/auth/token_cache.hpp"

#include <utility>

namespace scimd::service {

std::optional<presented_token> token_cache::find(const sha256_digest& digest) {
    const std::scoped_lock lock(mutex_);
    if (const auto known = young_.find(digest); known != young_.end())
        return known->second;
    const auto known = old_.find(digest);
    if (known == old_.end())
        return std::nullopt;
    auto token = known->second;
    add(digest, token);
    return token;
}

// Drops the signed text and the signature: they have been verified and are not needed again.
void token_cache::remember(const sha256_digest& digest, presented_token token) {
    token.signed_text.clear();
    token.signature.clear();
    const std::scoped_lock lock(mutex_);
    add(digest, std::move(token));
}

void token_cache::add(const sha256_digest& digest, presented_token token) {
    if (young_.size() >= generation_max_)
        old_ = std::exchange(young_, {});
    young_.insert_or_assign(digest, std::move(token));
}

}  // namespace scimd::service
