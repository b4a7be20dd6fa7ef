// The response messages of RFC 7644: Error (§3.12) and ListResponse (§3.4.2). Pure.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace scimd::scim {

std::string error_message(const error& failure);

// The head of a ListResponse (pagination).
struct list_head {
    std::optional<std::uint64_t> total_results;  // optional with cursor pagination (RFC 9865 §2)
    std::optional<std::uint64_t> start_index;    // index pagination only
    std::string previous_cursor{};               // empty: none
    std::string next_cursor{};
};

// Returns the text before the `count` resources of a page; the caller writes the resources, separated by
// commas, and list_end.
std::string begin_list(const list_head& head, std::size_t count);
constexpr std::string_view list_end = "]}";

// Returns a complete ListResponse; `resources` are serialized already.
std::string list_message(const list_head& head, std::span<const std::string> resources);

}  // namespace scimd::scim
