// Runs the commands other than `serve`. Each is a request of the management API, sent to the control socket
// of the server that has the data folder open, or, when none has, handled in this process with the store.
#pragma once

#include "options/arguments.hpp"

#include <iosfwd>
#include <ostream>

namespace scimd::cli {

// Returns the exit code: 0, or 1 with the reason on `err`. Blocks.
int run_command(const options::invocation& called, std::ostream& out, std::ostream& err);

}  // namespace scimd::cli
