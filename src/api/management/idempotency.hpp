// Idempotency-Key on requests that change something: a client that lost the answer repeats the request
// safely.
//
// The answer to the first request is kept for 24 hours, in one transaction with its change, so that there is
// never one without the other. Only a success is kept.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::api {

constexpr std::size_t idempotency_key_bytes_max = 255;
constexpr std::int64_t idempotency_answers_max = 10'000;  // of one client, in a day

// The key of one request.
struct idempotency_key {
    std::string text;    // with its caller's name: each caller has keys of its own
    std::string digest;  // of the request; empty until its body is known

    friend bool operator==(const idempotency_key&, const idempotency_key&) = default;
};

// Empty: the request has none, or its route does not look at it. invalid_value: it is not 1 to 255 bytes of
// text.
result<std::optional<idempotency_key>> read_idempotency_key(const request_context& request, const route& row);

// SHA-256 of the target and the body, in hexadecimal.
std::string digest_of_request(const request_context& request, std::string_view body);

// The answer that a request with this key gets without being carried out: the one that was kept, whose
// request is then marked as a repeat, or an error. Empty: the request is to be carried out. conflict: the key
// came with another request, or the kept answer held a secret; quota_exceeded: too many answers of this
// caller are kept.
std::optional<http::response> find_kept_answer(
        const idempotency_key& key, request_context& request, store::transaction& tx);

// Keeps the answer when it is a success; without its body where the policy says that it holds a secret, and
// without the values of a webhook endpoint's headers.
void keep_answer(const idempotency_key& key, idempotency_policy policy, const http::response& answer,
        store::transaction& tx);

}  // namespace scimd::api
