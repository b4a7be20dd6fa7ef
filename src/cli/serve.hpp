// `scimd serve`: builds everything in order, serves until a signal, takes everything down in reverse.
#pragma once

#include "options/configuration.hpp"

namespace scimd::cli {

// The exit code: 0 after a drain, 1 when it could not start or failed, 2 when its schemas cannot be served.
int serve(const options::configuration& settings);

}  // namespace scimd::cli
