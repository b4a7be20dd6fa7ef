// Idempotency-Key on requests that change something: whoever lost the answer may ask again.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"

#include <cstddef>
#include <cstdint>

namespace scimd::api {

constexpr std::size_t idempotency_key_bytes_max = 255;
constexpr std::int64_t idempotency_answers_max = 10'000;  // of one client, in a day

// What follows from a handler, or the answer that its caller got for the same key before: for 24 hours, with
// the change in one transaction, so that there is never one without the other. A chore is not begun when
// there is an answer. conflict: the key came with another request, or with a chore that is under way. Only a
// success is kept.
reply run_idempotent(
    const server_context& server, request_context& request, idempotency_policy policy, reply next
);

}  // namespace scimd::api
