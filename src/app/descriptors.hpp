// How many connections the limit of open files allows beside everything else that needs a file. Pure, but for
// raise_open_files_limit().
#pragma once

#include "base/error.hpp"

#include <cstddef>

namespace scimd::app {

struct descriptor_needs {
    std::size_t connections = 0;  // wanted
    std::size_t listeners = 0;
};

struct descriptor_plan {
    std::size_t connections = 0;  // that are allowed
    std::size_t reserved = 0;     // for the store, listeners, webhooks, name servers and long replies
};

// Fewer connections than this, or than are wanted, are no service: the server does not start.
constexpr std::size_t connections_least = 64;

// unavailable, with the numbers: there is too little room.
result<descriptor_plan> plan_descriptors(std::size_t open_files_max, const descriptor_needs& needs);

// To what the system allows; returns the limit in force.
std::size_t raise_open_files_limit();

}  // namespace scimd::app
