// Date and time in RFC 3339 / xsd:dateTime. Pure functions.
#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace scimd {

// Formats as "2026-09-19T10:20:17.072123Z": always UTC, always six decimals.
std::string format_rfc3339(time_point when);

// Parses xsd:dateTime as of RFC 7643 §2.3.5: date and time separated by 'T', a fraction of any length
// (truncated to microseconds), zone 'Z' or ±hh:mm; a missing zone means UTC. Empty: not a date, or outside
// the years 0001 to 9999.
std::optional<time_point> parse_rfc3339(std::string_view text);

}  // namespace scimd
