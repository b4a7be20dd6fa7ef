// A small synchronous HTTP/1.1 client over a unix socket: what the command line speaks to the server with.
#pragma once

#include "base/error.hpp"
#include "scimd/http.hpp"

#include <chrono>
#include <filesystem>

namespace scimd::net {

// errc::unavailable when nobody answers there; forbidden when the socket is not ours to open; request_timeout
// when the deadline passed; too_large for a response beyond 64 MiB; internal for anything else.
// Host and Content-Length are added.
result<http::response> call_unix(
    const std::filesystem::path& socket, const http::request& request, std::chrono::milliseconds deadline
);

}  // namespace scimd::net
