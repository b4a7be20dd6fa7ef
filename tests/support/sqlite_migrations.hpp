// Declares the embedded migrations of the store. Its own sources include the generated header of
// cmake/embed.cmake instead.
#pragma once

#include "base/embedded.hpp"

#include <span>

namespace scimd::store {

std::span<const embedded_file> embedded_sqlite_migrations();

}  // namespace scimd::store
