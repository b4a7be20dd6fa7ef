// The version of scimd, as CMakeLists.txt has it (a test compares them).
#pragma once

namespace scimd {

constexpr const char* version = "0.1.0";

}  // namespace scimd
