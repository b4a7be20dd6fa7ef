// An origin as text that waits in the store for the job that ends what a request began.
#pragma once

#include "service/events/event_source.hpp"

#include <string>
#include <string_view>

namespace scimd::service {

std::string event_source_text(const event_source& from);
event_source parse_origin(std::string_view text);  // that was written so

}  // namespace scimd::service
