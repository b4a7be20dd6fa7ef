// A file that is linked into the binary (cmake/embed.cmake). A value.
#pragma once

#include <string_view>

namespace scimd {

struct embedded_file {
    std::string_view name;  // without its directory
    std::string_view content;
};

}  // namespace scimd
