// The text of an event: its envelope as it is stored and delivered, with a bounded size. Pure.
//
// An update of a large object contains the changed members in full and omits the unchanged ones, so that the
// size of the event is in proportion to the change, not to the object. `omitted` names what is left out.
#pragma once

#include "base/json/json.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace scimd::service {

constexpr std::size_t event_bytes_max = 256 * 1024;

// An update can have this size plus the bytes that have changed.
constexpr std::size_t whole_update_bytes_max = 16 * 1024;

// How much two states of an object differ.
struct state_difference {
    std::size_t bytes = 0;                    // that only one of them has; a list counts by its elements
    std::vector<std::string> raw_attributes;  // names of the members of raw_attributes that differ
};
state_difference difference_of(const json::object& before, const json::object& after);

// The difference of two states where only the members of `previous` differ, and raw_attributes do not.
state_difference difference_from(const json::object& previous, const json::object& after);

// Removes members of `data` and `previous_attributes` until the text fits: unchanged members of an update
// first, then the largest ones. Ids and other short members stay.
std::string event_text(json::object& envelope, const std::optional<state_difference>& update);

}  // namespace scimd::service
