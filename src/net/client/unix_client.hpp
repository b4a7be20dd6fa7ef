// A blocking HTTP/1.1 client over a unix socket: commands use it to reach the server's control socket. By hand,
// because libcurl's options and callbacks for the task take as many lines.
#pragma once

#include "base/error.hpp"
#include "scimd/http.hpp"

#include <chrono>
#include <filesystem>

namespace scimd::net {

// Sends one request over a connection of its own. Errors: unavailable when no server listens there, forbidden
// when this user may not open the socket, request_timeout at the deadline, too_large for a response beyond
// 64 MiB, internal for anything else. Host and Content-Length are added. Any thread.
result<http::response> call_unix(
    const std::filesystem::path& socket, const http::request& request, std::chrono::milliseconds deadline
);

}  // namespace scimd::net
