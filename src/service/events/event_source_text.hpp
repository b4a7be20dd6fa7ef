// Text of an event source, in which the store keeps it for the job that completes what a request began.
#pragma once

#include "service/events/event_source.hpp"

#include <string>
#include <string_view>

namespace scimd::service {

std::string event_source_text(const event_source& from);
event_source parse_event_source(std::string_view text);  // reads a text of event_source_text()

}  // namespace scimd::service
