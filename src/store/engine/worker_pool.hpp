// A thread pool for long tasks behind a fair queue: with more than one thread, one organization never gets
// all of them. Thread-safe.
#pragma once

#include "base/metrics.hpp"
#include "store/engine/fair_queue.hpp"
#include "store/engine/queue_metrics.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace scimd::store {

class worker_pool {
public:
    using job = std::function<void()>;  // must not throw

    // `name` labels the queue in the metrics. The pool sets the limit of running jobs itself.
    worker_pool(std::string_view name, std::size_t threads, queue_limits limits, metrics_registry& metrics);
    ~worker_pool();
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    // Queues a job. A closed pool answers admission::full.
    admission offer(const scheduling_key& key, job next);

    // Graceful shutdown: accepts no more jobs, finishes the queued ones, ends the threads.
    void close();

    // Accepts no more jobs, drops the queued ones, ends the threads after their current jobs.
    void abandon();

private:
    void serve();
    void end(bool drops_queued);

    std::mutex mutex_;
    std::condition_variable changed_;
    fair_queue<job> queue_;
    queue_metrics queue_metrics_;
    bool is_closed_ = false;
    bool is_abandoned_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace scimd::store
