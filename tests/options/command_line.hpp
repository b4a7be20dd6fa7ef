// Parses a command line with an environment of its own for each call.
#pragma once

#include "options/arguments.hpp"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace scimd::options {

using words = std::vector<std::string>;
using variables = std::vector<std::pair<std::string, std::string>>;

inline parsed_arguments parse(const words& given, const variables& environment = {}) {
    for (const auto* const name : {"SCIMD_DATA", "SCIMD_PUBLIC_URL", "SCIMD_CONFIG", "SCIMD_LISTEN",
                 "SCIMD_MASTER_KEY", "SCIMD_MASTER_KEY_FILE", "SCIMD_SCHEMA_DIR", "SCIMD_TLS_CERTIFICATE",
                 "SCIMD_TLS_KEY", "SCIMD_BEHIND_TLS_PROXY", "SCIMD_THREADS", "SCIMD_LOG_LEVEL",
                 "SCIMD_DRAIN_GRACE_MS", "SCIMD_IDLE_DEADLINE_MS", "SCIMD_HEADER_DEADLINE_MS",
                 "SCIMD_CONNECTIONS_MAX", "SCIMD_METRICS_OPEN"}) {
        ::unsetenv(name);
    }
    for (const auto& [name, value] : environment)
        ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<const char*> pointers{"scimd"};
    for (const auto& word : given)
        pointers.push_back(word.c_str());
    auto parsed = parse_arguments(static_cast<int>(pointers.size()), pointers.data());
    for (const auto& [name, value] : environment)
        ::unsetenv(name.c_str());
    return parsed;
}

}  // namespace scimd::options
