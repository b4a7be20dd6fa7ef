// Responses to requests with an Idempotency-Key: a repeated request gets the stored response and changes
// nothing. Table idempotency_keys. The logic is in api/management/idempotency.hpp.
#pragma once

#include "store/engine/transaction.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::store::idempotency {

constexpr std::chrono::hours kept_for{24};

struct answer {
    std::string request;  // a digest of the request
    int status = 200;
    std::optional<std::string> body = {};  // empty: it contained a secret, which is not stored
};

// Whether at least `many` responses are stored whose keys start with the prefix and a space.
bool has_many(transaction& tx, std::string_view prefix, std::int64_t many);

std::optional<answer> find(transaction& tx, std::string_view key);

// Stores a response. The key must be new or older than kept_for. Deletes a few expired responses.
void keep(transaction& tx, std::string_view key, const answer& what);

// Deletes up to `most` responses that are older than kept_for, the oldest first; returns how many.
bool has_old(transaction& tx);
std::int64_t forget_old(transaction& tx, std::int64_t most);

}  // namespace scimd::store::idempotency
