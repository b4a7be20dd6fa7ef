// RFC 7644 §7.2 and RFC 6750 §5.3: bearer tokens are not sent in clear. What of a configuration would have
// them be (docs/decisions/0028). Pure.
#pragma once

#include "options/configuration.hpp"

#include <string>
#include <vector>

namespace scimd::options {

// One text for each mistake.
std::vector<std::string> transport_mistakes(const configuration& settings);

}  // namespace scimd::options
