// Answers to requests that carried an Idempotency-Key: a repeat gets the same answer and does nothing.
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
    std::string request;  // a digest of what was asked
    int status = 200;
    std::optional<std::string> body = {};  // empty: it held a secret, which is not kept
};

// Whether so many answers are kept whose keys begin with the prefix and a space.
bool has_many(transaction& tx, std::string_view prefix, std::int64_t many);

std::optional<answer> find(transaction& tx, std::string_view key);

// The key must be new or older than kept_for. Forgets a few that are older than that.
void keep(transaction& tx, std::string_view key, const answer& what);

// What is older than kept_for goes, the oldest first; how many went.
bool has_old(transaction& tx);
std::int64_t forget_old(transaction& tx, std::int64_t most);

}  // namespace scimd::store::idempotency
