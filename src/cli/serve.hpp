// `scimd serve`: builds the parts of the server in order, serves until a signal, and ends them in reverse
// order.
#pragma once

#include "options/configuration.hpp"

namespace scimd::cli {

// Returns the exit code: 0 after a graceful shutdown, 1 when it could not start or failed, 2 when its schemas
// cannot be served. Blocks.
int serve(const options::configuration& settings);

}  // namespace scimd::cli
