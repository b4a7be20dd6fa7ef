// The sub-commands that are not `serve`: each is a request of the management API, sent to the server that
// holds the data directory, or, when none does, handled here with the store opened for the occasion.
#pragma once

#include "options/configuration.hpp"

#include <iosfwd>
#include <ostream>

namespace scimd::cli {

// The exit code: 0, or 1 with the reason on `err`.
int run_command(const options::invocation& called, std::ostream& out, std::ostream& err);

}  // namespace scimd::cli
