#include "jobs/scheduler.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace scimd::jobs {

void scheduler::add(job added) {
    const auto due = std::chrono::steady_clock::now() + added.every;
    jobs_.push_back({std::move(added), due});
}

void scheduler::start() {
    if (!jobs_.empty())
        thread_ = std::thread([this] { run_until_stopped(); });
}

void scheduler::stop() {
    {
        const std::lock_guard hold(lock_);
        is_stopping_ = true;
    }
    stopped_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void scheduler::run_until_stopped() {
    std::unique_lock hold(lock_);
    while (!is_stopping_) {
        auto& next = *std::ranges::min_element(jobs_, {}, &scheduled::due);
        if (stopped_.wait_until(hold, next.due, [this] { return is_stopping_; }))
            return;
        hold.unlock();
        run_job(next.task);
        hold.lock();
        next.due = std::chrono::steady_clock::now() + next.task.every;
    }
}

void scheduler::run_job(const job& task) {
    if (task.is_by_time && !is_time_sure_())
        return;
    try {
        task.run();
    } catch (const std::exception& problem) {
        log_.warning("background.failed", {{"job", task.name}, {"reason", std::string_view(problem.what())}});
    }
}

}  // namespace scimd::jobs
