// A new directory below the temporary directory of the system, removed with its contents by the destructor.
// Any thread.
#pragma once

#include <filesystem>

namespace scimd::test {

class temp_directory {
public:
    temp_directory();
    ~temp_directory();
    temp_directory(const temp_directory&) = delete;
    temp_directory& operator=(const temp_directory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace scimd::test
