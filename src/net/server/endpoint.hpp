// Listen addresses, and how to listen on them. Values; parsing is a pure function.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::net {

// The files of a TLS certificate.
struct tls_files {
    std::filesystem::path certificate;  // PEM, leaf first
    std::filesystem::path key;          // PEM
};

// A listen address: "HOST:PORT" ("127.0.0.1:8080", "[::1]:8080", ":8080" for all addresses, port 0 for any
// free one) or "unix:PATH".
struct endpoint {
    std::string host;
    std::uint16_t port = 0;
    std::filesystem::path unix_path;  // when not empty, host and port are ignored

    static result<endpoint> parse(std::string_view text);
    [[nodiscard]] bool is_unix() const noexcept { return !unix_path.empty(); }
    [[nodiscard]] std::string text() const;
};

// How to listen on one endpoint.
struct listen_options {
    endpoint at;
    std::optional<tls_files> tls;    // TCP only
    bool is_control_socket = false;  // unix only: requests carry peer.is_operator, the socket has mode 0600
};

}  // namespace scimd::net
