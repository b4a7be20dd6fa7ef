// A few threads for what takes long, behind a fair queue: one organization never has all of the threads, when
// there are several. Any thread may offer.
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
    using job = std::function<void()>;  // throws nothing

    // `name` is the queue's in the metrics. The limit of running jobs is the pool's own.
    worker_pool(std::string_view name, std::size_t threads, queue_limits limits, metrics_registry& metrics);
    ~worker_pool();
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    // A closed pool is full.
    admission offer(const scheduling_key& key, job next);

    // Takes no more, finishes what is queued, ends the threads.
    void close();

    // Takes no more, drops what is queued, ends the threads when they have done what they are at.
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
