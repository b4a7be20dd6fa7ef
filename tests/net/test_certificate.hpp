// A key and a certificate for it, made on the spot, in files of a folder that goes away with it.
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

// Overwrites what is there.
void write_certificate(const tls_files& files, const std::string& common_name);

}  // namespace scimd::net
