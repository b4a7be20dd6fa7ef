// How much memory a JSON text takes once it is a document. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace scimd {

// The values of the text, or more: every value follows a bracket, a brace or a comma, or is the whole.
// Brackets in strings do not count. The text need not be sound.
std::size_t count_json_values(std::string_view text) noexcept;

// What a request with this body takes while it is carried out, by measurement: the text some four times (as
// received, parsed, as a resource and as an event) and 300 bytes for each value.
std::size_t json_request_memory(std::string_view text) noexcept;

}  // namespace scimd
