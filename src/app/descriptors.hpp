// Divides the limit of open files (RLIMIT_NOFILE): how many connections it allows beside everything else that
// needs a file descriptor. Pure, except for raise_open_files_limit().
#pragma once

#include "base/error.hpp"

#include <cstddef>

namespace scimd::app {

struct descriptor_needs {
    std::size_t connections = 0;  // wanted
    std::size_t listeners = 0;
};

struct descriptor_plan {
    std::size_t connections = 0;  // allowed
    std::size_t reserved = 0;     // for the store, listeners, webhooks, name servers and spooled responses
};

// The server does not start when fewer connections than this fit, unless fewer are wanted.
constexpr std::size_t connections_min = 64;

// The error is unavailable, with the numbers, when the limit is too low.
result<descriptor_plan> plan_descriptors(std::size_t open_files_max, const descriptor_needs& needs);

// Raises the limit of this process to the hard limit; returns the limit in force.
std::size_t raise_open_files_limit();

}  // namespace scimd::app
