// The text of an event: its envelope as it is stored and delivered, of a bounded size.
//
// An update of a large object tells what has changed in full and leaves out what has not, so that a change
// writes a number of bytes in proportion to itself, however large the object is. What is left out is named in
// `omitted`.
#pragma once

#include "base/json/json.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace scimd::service {

// Of an event's text.
constexpr std::size_t event_bytes_max = 256 * 1024;

// An update may be so large and, beyond that, by the bytes that have changed.
constexpr std::size_t whole_update_bytes_max = 16 * 1024;

// How much two states of an object differ.
struct state_difference {
    std::size_t bytes = 0;  // of what is in one of them only; of lists the elements count, not the whole
    std::vector<std::string> raw_attributes;  // the members of raw_attributes that differ
};
state_difference difference_of(const json::object& before, const json::object& after);

// The same where only the members of `previous` differ, none of them raw_attributes.
state_difference difference_from(const json::object& previous, const json::object& after);

// Takes members out of `data` and `previous_attributes` until the text fits: of an update first what has not
// changed, the largest first. Ids and whatever else is short stay.
std::string event_text(json::object& envelope, const std::optional<state_difference>& update);

}  // namespace scimd::service
