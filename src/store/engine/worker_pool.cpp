#include "store/engine/worker_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <utility>

namespace scimd::store {

namespace {

using steady = std::chrono::steady_clock;

// The nice(1) increment of pool threads: threads that serve connections and the writer come first when there
// are more threads than cores. On Linux each thread has its own priority.
constexpr int niceness = 5;

void lower_own_priority() {
    static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness));
}

queue_limits with_threads(queue_limits limits, std::size_t threads) {
    limits.running_max = threads > 1 ? threads - 1 : 0;
    return limits;
}

}  // namespace

worker_pool::worker_pool(
        std::string_view name, std::size_t threads, queue_limits limits, metrics_registry& metrics)
        : queue_(with_threads(limits, threads)), queue_metrics_(metrics, name) {
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { serve(); });
}

worker_pool::~worker_pool() {
    close();
}

admission worker_pool::offer(const scheduling_key& key, job next) {
    bool is_one_needed = false;
    {
        const std::lock_guard lock(mutex_);
        const auto admitted = is_closed_ ? admission::full : queue_.push(key, std::move(next));
        queue_metrics_.note(admitted);
        if (admitted != admission::accepted)
            return admitted;
        queue_metrics_.record_load(queue_.size(), queue_.bytes());
        is_one_needed = queue_.may_take_of(key.owner);
    }
    if (is_one_needed)
        changed_.notify_one();
    return admission::accepted;
}

void worker_pool::close() {
    end(false);
}

void worker_pool::abandon() {
    end(true);
}

void worker_pool::end(bool drops_queued) {
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        is_abandoned_ = is_abandoned_ || drops_queued;
    }
    changed_.notify_all();
    for (std::thread& one : threads_)
        if (one.joinable())
            one.join();
}

void worker_pool::serve() {
    lower_own_priority();
    std::unique_lock lock(mutex_);
    while (true) {
        std::optional<fair_queue<job>::taken> next;
        changed_.wait(lock, [&] {
            if (is_abandoned_)
                return true;
            next = queue_.take();
            return next || (is_closed_ && queue_.size() == 0);
        });
        if (!next)
            return;
        queue_metrics_.record_load(queue_.size(), queue_.bytes());
        lock.unlock();
        const auto started = steady::now();
        next->item();
        next->item = nullptr;
        const auto cost = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - started);
        lock.lock();
        // The organization may run another job now: this thread looks for it, because waiting threads are
        // only woken for jobs that could be taken when they arrived.
        queue_.finish(next->owner, cost.count());
        if (is_closed_)
            changed_.notify_all();
    }
}

}  // namespace scimd::store
