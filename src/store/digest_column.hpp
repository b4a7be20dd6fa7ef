// Digests in columns: 64 hexadecimal digits.
#pragma once

#include "base/crypto/digest.hpp"

#include <string_view>

namespace scimd::store {

sha256_digest read_digest(std::string_view hex);  // throws sql::failure when it is none

}  // namespace scimd::store
