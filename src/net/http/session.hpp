// The interface of a session, which serves one connection from its handshake to its end, and the state that
// all sessions of a server share.
#pragma once

#include "base/allocator.hpp"
#include "base/crypto/random.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/token_buckets.hpp"
#include "net/server/memory_budget.hpp"
#include "net/server/server.hpp"
#include "net/server/session_registry.hpp"
#include "net/server/transport.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace scimd::net {

// Shared state of the sessions of one server: service, limits, metrics, memory budgets, session registry.
// Thread-safe.
struct session_context {
    session_context(service& to_ask, const limits& allowed, logger& journal, metrics_registry& series);

    void count_refusal(std::string_view reason);

    service& handlers;
    const limits bounds;
    logger& log;
    metrics_registry& metrics;
    counter& connections_total;
    std::unique_ptr<random_source> random;
    session_registry registry;
    std::optional<token_buckets<std::string>> handshakes;  // TLS handshake rate limit per client address
    memory_budget bodies;                                  // request bodies while they are received
    memory_budget requests;  // requests while they are processed, and their responses
    allocator_trimmer trimmer;
    std::atomic<bool> is_draining{false};
};

// One connection. A session keeps itself alive while run() is active.
class session {
public:
    virtual ~session() = default;

    virtual asio::any_io_executor executor() = 0;
    virtual asio::awaitable<void> run() = 0;  // once, on executor()

    // Begins a graceful shutdown: an idle session ends; another one answers its current request with
    // Connection: close. Any thread.
    virtual void drain() = 0;

    // Ends the session if it has no request. Any thread.
    virtual void end_if_idle() = 0;

    // Cuts the connection in whatever state it is. Any thread.
    virtual void abort() = 0;
};

// The session leaves the registry of `shared` in its destructor, if it was entered.
std::shared_ptr<session> make_session(
    std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared
);

}  // namespace scimd::net
