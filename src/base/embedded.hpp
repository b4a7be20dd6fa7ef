// A file linked into the binary (cmake/embed.cmake).
#pragma once

#include <string_view>

namespace scimd {

struct embedded_file {
    std::string_view name;  // without folder
    std::string_view content;
};

}  // namespace scimd
