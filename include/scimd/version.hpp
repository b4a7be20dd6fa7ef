// The version of scimd; a test compares it with CMakeLists.txt.
#pragma once

namespace scimd {

constexpr const char* version = "0.1.0";

}  // namespace scimd
