// The types of all events; schema/events has a JSON Schema of each. Pure.
#pragma once

#include <span>
#include <string_view>

namespace scimd::service {

std::span<const std::string_view> event_types();

}  // namespace scimd::service
