// A fair executor: orders the computation of requests on the I/O threads (parsing, validation, reads before a
// write) by tenant. When one organization has many requests ready, requests of others run between them.
#pragma once

#include "base/metrics.hpp"
#include "store/engine/fair_queue.hpp"
#include "store/engine/queue_metrics.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <mutex>
#include <string_view>

namespace scimd::app {

// Any thread. Outlives the requests that are waiting.
class fair_executor {
public:
    // `executor` is that of the I/O threads. `name` is the label of the metrics. At most `posted_max` turns
    // are posted to the executor at a time: with few of them, all other handlers that are ready run between
    // two turns.
    fair_executor(boost::asio::any_io_executor executor, std::string_view name, std::size_t posted_max,
            metrics_registry& metrics);
    fair_executor(const fair_executor&) = delete;
    fair_executor& operator=(const fair_executor&) = delete;

    // Returns when it is the tenant's turn. The time until the caller suspends again is charged to the
    // tenant.
    boost::asio::awaitable<void> wait(store::tenant owner);

private:
    void push(const store::tenant& owner, std::function<void()> resume);
    void run_next();

    boost::asio::any_io_executor executor_;
    const std::size_t posted_max_;
    std::mutex mutex_;
    std::size_t posted_ = 0;  // turns that are posted or running
    store::fair_queue<std::function<void()>> queue_;
    store::queue_metrics queue_metrics_;
};

}  // namespace scimd::app
