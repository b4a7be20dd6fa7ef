// One connection from its handshake to its end: request after request, each with its limits and deadlines.
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

// What the sessions of one server share. Any thread.
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
    std::optional<token_buckets<std::string>> handshakes;  // of addresses
    memory_budget bodies;                                  // that are received
    memory_budget requests;                                // that are carried out, and their responses
    allocator_trimmer trimmer;
    std::atomic<bool> is_draining{false};
};

class session {
public:
    virtual ~session() = default;

    virtual asio::any_io_executor executor() = 0;
    virtual asio::awaitable<void> run() = 0;  // on that executor, once

    // Any thread. An idle session ends; another answers what it is about with Connection: close.
    virtual void drain() = 0;

    // Any thread. A session without a request ends.
    virtual void end_if_idle() = 0;

    // Any thread. Cuts the connection, whatever it is about.
    virtual void abort() = 0;
};

// Leaves the registry of `shared` when it is destroyed, if it has entered it.
std::shared_ptr<session> make_session(
    std::unique_ptr<transport> wire, const http::peer& from, std::shared_ptr<session_context> shared
);

}  // namespace scimd::net
