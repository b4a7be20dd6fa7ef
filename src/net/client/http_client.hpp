// POSTs to strangers over libcurl: judged addresses only, no redirects, no proxies, and limits on everything
// that the other side could stretch.
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

struct http_client_limits {
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds handshake{5'000};
    std::chrono::milliseconds first_byte{10'000};  // from the connection on
    std::chrono::milliseconds whole{15'000};
    std::size_t head_bytes_max = 16 * 1024;  // of a response
    std::size_t body_bytes_max = 16 * 1024;  // of a response; what comes behind is not read
    std::size_t idle_connections_max = 512;
};

struct http_client_options {
    // Whether a connection to the address may be made. Asked with the very address, before the connection
    // and once it stands.
    std::function<bool(const ip_address&)> may_connect;
    bool allows_plain = false;  // http://
    std::string ca_file;        // PEM; empty: what the system trusts
    http_client_limits limits;
};

struct http_client_request {
    std::uint64_t number = 0;  // names it in the result
    std::string url;
    std::string host;  // as in the URL
    std::uint16_t port = 443;
    std::vector<ip_address> addresses;  // of the host; nothing else is connected to
    std::vector<std::pair<std::string, std::string>> headers;
    std::shared_ptr<const std::string> body;
    std::chrono::milliseconds spent{0};  // of the whole time, on finding the addresses
};

struct http_client_result {
    std::uint64_t number = 0;
    int status = 0;  // 0: no whole response
    bool is_timeout = false;
    std::optional<std::chrono::seconds> retry_after;
    std::chrono::milliseconds took{0};  // what had been spent included
    std::string error;                  // why there is none; empty: there is one
    std::string body;                   // its beginning
};

// One thread, but for wake(). Connections are kept and used again.
class http_client {
public:
    virtual ~http_client() = default;

    virtual void start(http_client_request what) = 0;

    // Moves transfers and waits up to that long for something to happen; appends what has ended.
    virtual void run(std::chrono::milliseconds patience, std::vector<http_client_result>& ended) = 0;

    // Ends a run() from any thread, or the next one.
    virtual void wake() noexcept = 0;
};

// Of all its interfaces.
std::vector<ip_address> addresses_of_machine();

std::unique_ptr<http_client> make_http_client(http_client_options options);

}  // namespace scimd::net
