// Generates a key and a self-signed certificate in files of a temporary folder.
#pragma once

#include "net/server/endpoint.hpp"

#include <filesystem>
#include <string>

namespace scimd::net {

class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

// Overwrites existing files.
void write_certificate(const tls_files& files, const std::string& common_name);

}  // namespace scimd::net
