// The types of all events that there are: schema/events describes each. Pure.
#pragma once

#include <span>
#include <string_view>

namespace scimd::service {

std::span<const std::string_view> event_types();

}  // namespace scimd::service
