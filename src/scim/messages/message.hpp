// The envelopes of RFC 7644: Error (§3.12) and ListResponse (§3.4.2). Pure.
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

// What a ListResponse says of its page.
struct list_head {
    std::optional<std::uint64_t> total_results;  // RFC 9865 §2: pages by cursor may do without
    std::optional<std::uint64_t> start_index;    // of pages by index
    std::string previous_cursor{};               // empty: none
    std::string next_cursor{};
};

// What stands before its `count` resources, which have commas between them, and what behind.
std::string begin_list(const list_head& head, std::size_t count);
constexpr std::string_view list_end = "]}";

// `resources` are serialized already.
std::string list_message(const list_head& head, std::span<const std::string> resources);

}  // namespace scimd::scim
