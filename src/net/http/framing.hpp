// The gate in front of the parser: where a head ends, and whether its raw bytes may be trusted. Pure.
#pragma once

#include "base/error.hpp"
#include "net/server/server.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::net {

// The size of the head at the front of `received`, its empty line included; 0 while more has to come. The
// first `scanned` bytes were seen by an earlier call. Refuses as early as the bytes allow, so that nobody
// waits for the rest of what can only fail.
result<std::size_t> find_head(std::string_view received, std::size_t scanned, const limits& bounds);

// What can be told of the target of a request whose head was refused; empty when nothing can.
std::string_view readable_target(std::string_view received) noexcept;

// What comes before the frames of HTTP/2 (RFC 9113 §3.4).
constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// SETTINGS, as RFC 9113 wants first, and GOAWAY with HTTP_1_1_REQUIRED (§6.5, §6.8, §7).
std::string_view http1_required_frames() noexcept;

// The origin form (RFC 9112 §3.2.1) of a target that check_head has passed: an absolute one loses scheme and
// authority. "*" stays, and is what OPTIONS on an absolute one without a path asks for (§3.2.4).
std::string origin_form(std::string_view method, std::string_view target);

// HTTP/1.2 and later are read as HTTP/1.1 (RFC 9110 §2.5): the head, which check_head has passed, with that
// version when it has a later one. Empty: it has none.
std::string with_known_version(std::string_view head);

// Whether a body has no meaning with this method (RFC 9110 §9.3): it is read and ignored.
bool ignores_body(std::string_view method) noexcept;

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept;

}  // namespace scimd::net
