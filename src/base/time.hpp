// RFC 3339 / xsd:dateTime. Pure.
#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace scimd {

// "2026-09-19T10:20:17.072123Z": always UTC, always six digits.
std::string format_rfc3339(time_point when);

// xsd:dateTime as in RFC 7643 §2.3.5: date and time with 'T', a fraction of any length (cut to microseconds),
// zone 'Z' or ±hh:mm; a missing zone is UTC. Empty when it is none, or outside the years 0001 to 9999.
std::optional<time_point> parse_rfc3339(std::string_view text);

}  // namespace scimd
