// The migrations of the store, which its own sources take from the header that cmake/embed.cmake writes.
#pragma once

#include "base/embedded.hpp"

#include <span>

namespace scimd::store {

std::span<const embedded_file> embedded_sqlite_migrations();

}  // namespace scimd::store
