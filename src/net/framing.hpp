// The gate in front of the parser: where a head ends, and whether its raw bytes may be trusted. Pure.
#pragma once

#include "base/error.hpp"
#include "net/server.hpp"

#include <cstddef>
#include <string_view>

namespace scimd::net {

// The size of the head at the front of `received`, its empty line included; 0 while more has to come. The
// first `scanned` bytes were seen by an earlier call. Refuses as early as the bytes allow, so that nobody
// waits for the rest of what can only fail.
result<std::size_t> find_head(std::string_view received, std::size_t scanned, const limits& bounds);

// What can be told of the target of a request whose head was refused; empty when nothing can.
std::string_view readable_target(std::string_view received) noexcept;

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept;

}  // namespace scimd::net
