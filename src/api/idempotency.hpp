// Idempotency-Key on requests that make something: whoever lost the answer may ask again.
#pragma once

#include "api/call.hpp"

#include <cstddef>
#include <functional>
#include <string_view>

namespace scimd::api {

constexpr std::size_t idempotency_key_bytes_max = 255;

// What a repeat is told.
enum class repeat {
    same_answer,
    conflict,  // the answer holds a secret, which is shown once and not kept
};

// Runs `run`, or gives the answer that a POST with the same key got before; in the transaction of the change,
// so that there is never one without the other. conflict: the key came with another request.
reply once(
    const call& on,
    std::string_view body,
    repeat told,
    store::transaction& tx,
    const std::function<reply()>& run
);

}  // namespace scimd::api
