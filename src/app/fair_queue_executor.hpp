// Orders what requests compute on the I/O threads once their bodies have arrived: parsing, checking and what
// is read before a write. Many requests of one organization are ready at once; another one's goes on between
// them.
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

// Any thread. Outlives the requests that wait.
class fair_executor {
public:
    // `where` runs on the threads that are shared. `name` is the label of its metrics. At most `at_once_max`
    // turns stand in its queue at a time; with few of them everything else that is ready goes on between two
    // turns.
    fair_executor(
        boost::asio::any_io_executor where,
        std::string_view name,
        std::size_t at_once_max,
        metrics_registry& metrics
    );
    fair_executor(const fair_executor&) = delete;
    fair_executor& operator=(const fair_executor&) = delete;

    // Returns when it is the tenant's turn. What the caller does until it suspends again is charged.
    boost::asio::awaitable<void> wait(store::tenant owner);

private:
    void push(const store::tenant& owner, std::function<void()> resume);
    void run_next();

    boost::asio::any_io_executor where_;
    const std::size_t at_once_max_;
    std::mutex mutex_;
    std::size_t posted_ = 0;  // turns that stand in the queue of `where`, or run
    store::fair_queue<std::function<void()>> queue_;
    store::queue_metrics queue_metrics_;
};

}  // namespace scimd::app
