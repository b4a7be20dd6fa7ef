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

// One HTTP request and its body. The head is available at once; the body is read when the service asks for
// it, so that a request can be rejected by its head alone. The object lives until the response has been made.
// It is used on the strand of its session.
class exchange {
public:
    virtual ~exchange() = default;

    // Returns the request with an empty body; the service may move parts out of it.
    virtual http::request& head() = 0;

    // Sets the owner to whom the memory for body and response is charged. Must be called before read_body();
    // all exchanges without an owner are charged together.
    virtual void set_owner(memory_owner /*owner*/) {}

    // Reads the whole body, at most `bytes_max`. Errors: too_large beyond that, request_timeout when it
    // arrives too slowly, bad_request when its framing is broken, too_many_requests when the owner's requests
    // have used up its share of memory, unavailable when all requests together have. The reserved memory is
    // released when the response has been made. May be awaited once. A body that is not read makes the server
    // close the connection after the response.
    virtual asio::awaitable<result<std::string>> read_body(std::size_t bytes_max) = 0;

    // Reserves memory that the request is about to use, `bytes` in all including its body. When other
    // requests hold the memory, a request that holds little waits; one that holds much does not, since two of
    // them would wait for each other (deadlock). The errors are those of read_body(). May be awaited after
    // read_body(), any number of times.
    virtual asio::awaitable<result<void>> reserve_memory(std::size_t /*bytes*/) { co_return result<void>(); }
};

// Estimates the memory that a request will take while it is processed. It sees the body in pieces as they
// arrive.
class body_meter {
public:
    virtual ~body_meter() = default;
    virtual void add(std::string_view piece) = 0;
    [[nodiscard]] virtual std::size_t memory() const = 0;
};

// The interface that an application implements to answer requests. Called on the sessions' strands, for
// several sessions at once.
class service {
public:
    virtual ~service() = default;

    // Must not throw: every failure is a response.
    virtual asio::awaitable<http::response> respond(exchange& on_the_way) = 0;

    // Makes the response for a request that the server itself rejects (bad framing, too large, too slow).
    // `target` is empty when none could be read. The server adds Connection: close.
    virtual http::response refuse(const error& reason, std::string_view target) = 0;

    // Returns a meter for the body of one request; null: the request takes as much memory as its body has
    // bytes.
    [[nodiscard]] virtual std::unique_ptr<body_meter> meter_body() const { return nullptr; }
};

// The limits and timeouts of the server, with their defaults.
struct limits {
    std::size_t request_line_bytes_max = 8 * 1024;  // 414 beyond
    std::size_t header_bytes_max = 16 * 1024;       // 431 beyond; the whole block
    std::size_t header_fields_max = 100;            // 431 beyond
    std::size_t chunk_header_bytes_max = 256;
    std::size_t chunk_extensions_bytes_max = 16 * 1024;  // all chunks of a body
    std::size_t trailer_bytes_max = 8 * 1024;            // 431 beyond
    std::size_t trailer_fields_max = 32;                 // 431 beyond
    std::size_t ignored_body_bytes_max =
        16 * 1024;                            // 413 beyond; the body of a method that has no use for one
    std::size_t drain_bytes_max = 64 * 1024;  // of a rejected body, read before the connection is closed
    std::size_t requests_per_connection_max = 100'000;
    std::size_t connections_max = 4'096;  // when it is nearly reached, the longest idle connection is closed
    std::size_t connections_per_address_max =
        256;  // further ones are closed; loopback, unix sockets and trusted proxies are exempt
    // Rate limit of TLS handshakes per client address, in handshakes per second, with a burst of four times
    // as many. Further ones wait for at most half of handshake_deadline, or are closed. The peers exempt from
    // connections_per_address_max are exempt here. 0: no limit.
    std::int64_t handshakes_per_address = 50;
    std::vector<ip_network> trusted_proxies = {};
    std::chrono::milliseconds handshake_deadline{10'000};
    std::chrono::milliseconds header_deadline{10'000
    };  // from the first byte of a request to the end of its head
    std::chrono::milliseconds first_request_deadline{10'000
    };  // from the handshake to the first byte of the first request
    std::chrono::milliseconds idle_deadline{75'000};  // keep-alive: from a response to the next request
    std::chrono::milliseconds body_deadline{60'000};  // the whole body, however large
    std::chrono::milliseconds body_window{10'000};    // each window must bring the bytes of body_pace
    std::size_t body_bytes_per_second_min = 1'024;
    std::chrono::milliseconds write_stall_deadline{30'000};
    std::size_t response_bytes_per_second_min =
        64 * 1024;  // average over a response, in addition to the stall deadline
    std::chrono::milliseconds stream_pause_max{15'000
    };  // longest pause before a stream that had nothing to send is polled
    // Request bodies while they are received, and requests while they are processed together with their
    // responses. The budgets are separate so that a request whose body is complete never waits for one whose
    // body is not.
    memory_limits body_memory = memory_limits::of(36 * 1024 * 1024, 16 * 1024);
    memory_limits request_memory = memory_limits::of(108 * 1024 * 1024, 128 * 1024);
    std::chrono::milliseconds memory_wait_max{10'000};  // wait for memory of other requests
    std::chrono::milliseconds drain_deadline{30'000
    };  // graceful shutdown: from drain() to the end of the last session
};

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

// The server: its listeners, its sessions and its graceful shutdown. Thread-safe, except that drain() may be
// called once.
class server {
public:
    server(
        asio::io_context& io, service& handlers, const limits& bounds, logger& log, metrics_registry& metrics
    );
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    // Starts to accept connections. Returns the endpoint as bound (with the real port), or an error: address
    // in use, bad certificate, path too long for a unix socket. The file of a unix socket on which no server
    // answers is replaced.
    result<endpoint> listen(const listen_options& options);

    // Reloads certificate and key of every TLS listener. On failure the old ones stay in use and the error is
    // returned.
    result<void> reload_certificates();

    // Graceful shutdown: stops accepting, closes idle connections, and answers requests that have arrived
    // with Connection: close. `done` is called on the io_context when the last session has ended or
    // drain_deadline has passed. May be called once, on any thread.
    void drain(std::function<void()> done);

private:
    struct state;
    std::shared_ptr<state> state_;
};

// Checks request line and header fields by the rules of RFC 9112 on the raw bytes of a head, before the
// parser sees them: Beast 1.81 replaces obs-fold, accepts bad field names and passes unknown transfer
// codings. `head` ends in CRLF CRLF. Pure function; framing_test.cpp lists the cases.
result<void> check_head(std::string_view head, const limits& bounds);

}  // namespace scimd::net
