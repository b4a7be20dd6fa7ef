// Small synchronous HTTP/1.1 client over a unix socket, with which the command line talks to the server's
// control socket. Any thread; each call opens a connection of its own. (libcurl would take as many lines.)
#pragma once

#include "base/error.hpp"
#include "scimd/http.hpp"

#include <chrono>
#include <filesystem>

namespace scimd::net {

// Sends one request; Host and Content-Length are added. Errors: unavailable when no server answers, forbidden
// when the socket may not be opened, request_timeout when the deadline has passed, too_large for a response
// beyond 64 MiB, internal for anything else.
result<http::response> call_unix(const std::filesystem::path& socket, const http::request& request,
        std::chrono::milliseconds deadline);

}  // namespace scimd::net
