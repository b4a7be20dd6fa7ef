// Limits and timeouts of the HTTP server. Values.
#pragma once

#include "base/network/ip_address.hpp"
#include "net/server/memory_budget.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace scimd::net {

// A request beyond a size limit is answered with the status behind it.
struct limits {
    std::size_t request_line_bytes_max = 8 * 1024;  // 414 beyond
    std::size_t header_bytes_max = 16 * 1024;       // 431 beyond; the whole block
    std::size_t header_fields_max = 100;            // 431 beyond
    std::size_t chunk_header_bytes_max = 256;
    std::size_t chunk_extensions_bytes_max = 16 * 1024;  // all chunks of a body
    std::size_t trailer_bytes_max = 8 * 1024;            // 431 beyond
    std::size_t trailer_fields_max = 32;                 // 431 beyond
    std::size_t ignored_body_bytes_max = 16 * 1024;  // 413 beyond; for methods that have no use for a body
    std::size_t drain_bytes_max = 64 * 1024;  // of a rejected body, read before the connection is closed
    std::size_t requests_per_connection_max = 100'000;
    std::size_t connections_max = 4'096;  // when it is nearly reached, the longest idle connection is closed
    // Further connections are closed. Loopback addresses, unix sockets and trusted proxies are exempt.
    std::size_t connections_per_address_max = 256;
    // Rate limit of TLS handshakes per client address, in handshakes per second, with a burst of four times
    // as many. Further ones wait for at most half of handshake_deadline, or are closed. The peers exempt from
    // connections_per_address_max are exempt here. 0: no limit.
    std::int64_t handshakes_per_address = 50;
    std::vector<ip_network> trusted_proxies = {};
    std::chrono::milliseconds handshake_deadline{10'000};
    std::chrono::milliseconds header_deadline{10'000};         // from the first byte of a request
    std::chrono::milliseconds first_request_deadline{10'000};  // from the handshake to its first byte
    std::chrono::milliseconds idle_deadline{75'000};           // keep-alive, between two requests
    std::chrono::milliseconds body_deadline{60'000};           // for the whole body, however large
    std::chrono::milliseconds body_window{10'000};             // each must bring the bytes of body_pace
    std::size_t body_bytes_per_second_min = 1'024;
    std::chrono::milliseconds write_stall_deadline{30'000};
    std::size_t response_bytes_per_second_min = 64 * 1024;  // on average, in addition to the stall deadline
    std::chrono::milliseconds stream_pause_max{15'000};     // after it, a paused stream is polled again
    // Request bodies while they are received, and requests while they are processed together with their
    // responses. The budgets are separate so that a request whose body is complete never waits for one whose
    // body is not.
    memory_limits body_memory = memory_limits::of(36 * 1024 * 1024, 16 * 1024);
    memory_limits request_memory = memory_limits::of(108 * 1024 * 1024, 128 * 1024);
    std::chrono::milliseconds memory_wait_max{10'000};  // for the memory of other requests
    std::chrono::milliseconds drain_deadline{30'000};   // graceful shutdown: from drain() to the last session
};

}  // namespace scimd::net
