// The state that all sessions of a server share.
#pragma once

#include "base/allocator.hpp"
#include "base/crypto/random.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/token_buckets.hpp"
#include "net/server/limits.hpp"
#include "net/server/memory_budget.hpp"
#include "net/server/service.hpp"
#include "net/server/session_registry.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::net {

// Shared state of the sessions of one server: service, limits, metrics, memory budgets, session registry.
// Thread-safe.
struct session_context {
    session_context(service& answering, const limits& allowed, logger& journal, metrics_registry& series);

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

}  // namespace scimd::net
