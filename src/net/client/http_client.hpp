// HTTP client for webhook deliveries: POST requests over libcurl to URLs that customers configure. It
// connects only to addresses that were checked (SSRF protection), follows no redirects, uses no proxy, and
// limits everything that the other side could draw out.
#pragma once

#include "base/network/ip_address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scimd::net {

// Timeouts and size limits of the client.
struct http_client_limits {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds handshake{5'000};
    std::chrono::milliseconds first_byte{
            10'000};  // from the established connection to the first byte of the response
    std::chrono::milliseconds whole{15'000};
    std::size_t head_bytes_max = 16 * 1024;  // header fields of a response
    std::size_t body_bytes_max = 16 * 1024;  // of a response; further bytes are not read
    std::size_t idle_connections_max = 512;
};

// Configuration of the client.
struct http_client_options {
    // Decides whether a connection to the address is allowed. It is called with the actual address, before
    // connecting and again when the connection is established.
    std::function<bool(const ip_address&)> may_connect;
    bool allows_plain = false;  // permits http:// URLs
    std::string ca_file;        // PEM file of trusted certificates; empty: those of the system
    http_client_limits limits;
};

// One POST request.
struct http_client_request {
    std::uint64_t number = 0;  // identifies the request in its result
    std::string url;
    std::string host;  // the host of the URL
    std::uint16_t port = 443;
    std::vector<ip_address> addresses;  // resolved addresses of the host; the client connects to no others
    std::vector<std::pair<std::string, std::string>> headers;
    std::shared_ptr<const std::string> body;
    std::chrono::milliseconds spent{0};  // part of limits.whole already spent on resolving the host
};

// The outcome of one request.
struct http_client_result {
    std::uint64_t number = 0;
    int status = 0;  // 0: no complete response
    bool is_timeout = false;
    std::optional<std::chrono::seconds> retry_after;
    std::chrono::milliseconds took{0};  // includes http_client_request::spent
    std::string error;                  // why there is no response; empty: there is one
    std::string body;                   // the first body_bytes_max bytes of the response's body
};

// An HTTP client with a connection pool. It runs on one thread, its caller's; only wake() is thread-safe.
class http_client {
public:
    virtual ~http_client() = default;

    virtual void start(http_client_request request) = 0;

    // Runs transfers, waiting at most `patience` for progress, and appends the results of those that have
    // finished.
    virtual void run(std::chrono::milliseconds patience, std::vector<http_client_result>& ended) = 0;

    // Makes the current run() return, or the next one. Any thread.
    virtual void wake() noexcept = 0;
};

// Returns the addresses of all network interfaces of this machine.
std::vector<ip_address> addresses_of_machine();

std::unique_ptr<http_client> make_http_client(http_client_options options);

}  // namespace scimd::net
