#include "options/option_file.hpp"

#include <system_error>

namespace scimd::options {

namespace fs = std::filesystem;

std::string why_not_readable(const fs::path& file, std::size_t bytes_max) {
    std::error_code unknown;
    const auto status = fs::status(file, unknown);
    if (unknown || !fs::exists(status))
        return {};
    if (!fs::is_regular_file(status))
        return file.string() + " is not a regular file";
    const auto bytes = fs::file_size(file, unknown);
    if (!unknown && bytes > bytes_max)
        return file.string() + " has more than " + std::to_string(bytes_max) + " bytes";
    return {};
}

}  // namespace scimd::options
