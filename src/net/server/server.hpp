// The HTTP/1.1 server: sockets, TLS, framing, limits and deadlines. It knows nothing of SCIM.
//
// Threads: one io_context run by any number of threads; a strand per session. A service is called on a
// session's strand, for several sessions at once.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/network/ip_network.hpp"
#include "net/server/memory_budget.hpp"
#include "scimd/http.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::net {

namespace asio = boost::asio;

// One request on its way: its head is there, its body is read when the service asks for it, so that a request
// can be refused on its head alone. Lives until the response has been made.
class exchange {
public:
    virtual ~exchange() = default;

    // The body is empty here; the service may move parts out of it.
    virtual http::request& head() = 0;

    // Whose memory the body and the response are. To be called before read_body(); those of an exchange
    // without an owner are counted together.
    virtual void set_owner(memory_owner /*owner*/) {}

    // The whole body, at most `bytes_max`: too_large beyond, request_timeout when it came too slowly,
    // bad_request when its framing broke, too_many_requests when its owner's requests take all the memory
    // that they may, unavailable when all requests do. What is reserved for it is given back when the
    // response has been made. To be awaited at most once. A body nobody asked for ends the connection after
    // the response.
    virtual asio::awaitable<result<std::string>> read_body(std::size_t bytes_max) = 0;

    // Reserves memory for what the request is about to hold, `bytes` in all with what its body takes. When
    // others have it, a request that holds little waits; one that holds much does not, since two of them
    // would wait for each other. Errors as of read_body(). To be awaited after it, any number of times.
    virtual asio::awaitable<result<void>> reserve_memory(std::size_t /*bytes*/) { co_return result<void>(); }
};

// What a request takes while it is carried out, by its body, which is shown to it in pieces as they come.
class body_meter {
public:
    virtual ~body_meter() = default;
    virtual void add(std::string_view piece) = 0;
    [[nodiscard]] virtual std::size_t memory() const = 0;
};

class service {
public:
    virtual ~service() = default;

    // Must not throw; whatever goes wrong is a response.
    virtual asio::awaitable<http::response> respond(exchange& on_the_way) = 0;

    // The body and content type for a request that the server itself refuses (bad framing, too large, too
    // slow). `target` is empty when none could be read. The server adds Connection: close.
    virtual http::response refuse(const error& reason, std::string_view target) = 0;

    // For the body of one request; null: the request takes as much as its body has bytes.
    [[nodiscard]] virtual std::unique_ptr<body_meter> meter_body() const { return nullptr; }
};

struct limits {
    std::size_t request_line_bytes_max = 8 * 1024;  // 414 beyond
    std::size_t header_bytes_max = 16 * 1024;       // 431 beyond; the whole block
    std::size_t header_fields_max = 100;            // 431 beyond
    std::size_t chunk_header_bytes_max = 256;
    std::size_t chunk_extensions_bytes_max = 16 * 1024;  // of all chunks of a body
    std::size_t trailer_bytes_max = 8 * 1024;            // 431 beyond
    std::size_t trailer_fields_max = 32;                 // 431 beyond
    std::size_t ignored_body_bytes_max = 16 * 1024;      // 413 beyond; of a method that has no use for one
    std::size_t drain_bytes_max = 64 * 1024;  // of a refused body, read before the connection is closed
    std::size_t requests_per_connection_max = 100'000;
    std::size_t connections_max = 4'096;  // when nearly all are taken, the longest idle one is closed
    std::size_t connections_per_address_max =
        256;  // further ones are closed; loopback, unix sockets and trusted proxies are exempt
    // TLS handshakes of one address: so many a second, four times as many at once, and further ones wait for
    // at most half of handshake_deadline, or are closed. Exempt are the same peers. 0: no limit.
    std::int64_t handshakes_per_address = 50;
    std::vector<ip_network> trusted_proxies = {};
    std::chrono::milliseconds handshake_deadline{10'000};
    std::chrono::milliseconds header_deadline{10'000};         // from the first byte of a request
    std::chrono::milliseconds first_request_deadline{10'000};  // from the handshake to its first byte
    std::chrono::milliseconds idle_deadline{75'000};           // between requests
    std::chrono::milliseconds body_deadline{60'000};           // for the whole body, however large
    std::chrono::milliseconds body_window{10'000};             // each must bring the bytes of body_pace
    std::size_t body_bytes_per_second_min = 1'024;
    std::chrono::milliseconds write_stall_deadline{30'000};
    std::size_t response_bytes_per_second_min = 64 * 1024;  // on the whole, beside the stall deadline
    std::chrono::milliseconds stream_pause_max{15'000};  // after which a body that has paused is asked again
    // Of bodies that are received, and of requests that are carried out, with their responses: apart, so that
    // a request that has all of its body never waits for one that has not.
    memory_limits body_memory = memory_limits::of(36 * 1024 * 1024, 16 * 1024);
    memory_limits request_memory = memory_limits::of(108 * 1024 * 1024, 128 * 1024);
    std::chrono::milliseconds memory_wait_max{10'000};  // for other requests to give back theirs
    std::chrono::milliseconds drain_deadline{30'000};   // from drain() to the end of the last session
};

struct tls_files {
    std::filesystem::path certificate;  // PEM, leaf first
    std::filesystem::path key;          // PEM
};

// "HOST:PORT" ("127.0.0.1:8080", "[::1]:8080", ":8080" for all addresses, port 0 for any) or "unix:PATH".
struct endpoint {
    std::string host;
    std::uint16_t port = 0;
    std::filesystem::path unix_path;  // when not empty, the other two mean nothing

    static result<endpoint> parse(std::string_view text);
    [[nodiscard]] bool is_unix() const noexcept { return !unix_path.empty(); }
    [[nodiscard]] std::string text() const;
};

struct listen_options {
    endpoint at;
    std::optional<tls_files> tls;    // TCP only
    bool is_control_socket = false;  // unix only: requests carry peer.is_operator, the socket has mode 0600
};

class server {
public:
    server(
        asio::io_context& io, service& handlers, const limits& bounds, logger& log, metrics_registry& metrics
    );
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    // Starts to accept. Returns the endpoint as bound (with the real port), or why not: address in use, bad
    // certificate, a path too long for a unix socket. A stale socket file that nobody answers on is replaced.
    result<endpoint> listen(const listen_options& where);

    // Reads certificate and key of every TLS listener again; on failure the old ones stay and the reason is
    // returned.
    result<void> reload_certificates();

    // Stops to accept, closes idle connections, answers what has arrived with Connection: close. `done` is
    // called on the io_context when the last session has ended or drain_deadline has passed. To be called
    // once, any thread.
    void drain(std::function<void()> done);

private:
    struct state;
    std::shared_ptr<state> state_;
};

// "GET", "/path?query" and header rules of RFC 9112 checked on the raw bytes of a head, before the parser
// sees them: Beast 1.81 replaces obs-fold, forgives bad field names and lets unknown codings through. `head`
// ends in CRLF CRLF. Pure; see framing_test.cpp for the cases.
result<void> check_head(std::string_view head, const limits& bounds);

}  // namespace scimd::net
