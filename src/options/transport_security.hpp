// Finds settings that would send bearer tokens without encryption, which RFC 7644 §7.2 and RFC 6750 §5.3
// forbid (docs/decisions/0028). Pure.
#pragma once

#include "options/configuration.hpp"

#include <string>
#include <vector>

namespace scimd::options {

// One text for each error; empty: the settings are safe.
std::vector<std::string> transport_errors(const configuration& settings);

}  // namespace scimd::options
