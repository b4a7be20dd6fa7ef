// Validation of a request head before the parser sees it: finds the end of the head and checks its raw bytes.
// The checks prevent request smuggling. Pure functions.
#pragma once

#include "base/error.hpp"
#include "net/server/limits.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::net {

// Returns the size of the head at the front of `received`, its empty line included, or 0 while more bytes are
// needed. The first `scanned` bytes were examined by an earlier call. Refuses as early as the bytes allow, so
// that no peer waits for the rest of a head that can only fail.
result<std::size_t> find_head(std::string_view received, std::size_t scanned, const limits& bounds);

// Checks request line and header fields by the rules of RFC 9112 on the raw bytes of a head, before the
// parser sees them: Beast 1.81 replaces obs-fold, accepts bad field names and passes unknown transfer
// codings. `head` ends in CRLF CRLF. Pure function; framing_test.cpp lists the cases.
result<void> check_head(std::string_view head, const limits& bounds);

// Returns as much of the target as can be read from a request whose head was refused, for the log and the
// error response; empty when there is nothing.
std::string_view readable_target(std::string_view received) noexcept;

// The connection preface that precedes HTTP/2 frames (RFC 9113 §3.4).
constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Returns an HTTP/2 SETTINGS frame, which must come first, and GOAWAY with HTTP_1_1_REQUIRED (RFC 9113 §6.5,
// §6.8, §7).
std::string_view http1_required_frames() noexcept;

// Converts a target that check_head has accepted to origin form (RFC 9112 §3.2.1): an absolute target loses
// its scheme and authority. "*" stays, and is the result for OPTIONS with an absolute target without a path
// (§3.2.4).
std::string origin_form(std::string_view method, std::string_view target);

// Rewrites the version of a head that check_head has accepted when it is HTTP/1.2 or later, which is read as
// HTTP/1.1 (RFC 9110 §2.5). Empty: the version is HTTP/1.0 or HTTP/1.1, nothing to rewrite.
std::string with_known_version(std::string_view head);

// True for methods that give a request body no meaning (RFC 9110 §9.3): the body is read and ignored.
bool ignores_body(std::string_view method) noexcept;

// True for a token as of RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept;

}  // namespace scimd::net
