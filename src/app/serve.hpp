// `scimd serve`: builds everything in order, serves until a signal, takes everything down in reverse.
#pragma once

#include "app/configuration.hpp"

#include <iosfwd>
#include <ostream>

namespace scimd::app {

// The exit code: 0 after a drain, 1 when it could not start or was told twice to stop.
int serve(const configuration& settings, std::ostream& err);

}  // namespace scimd::app
