// The scheduler of background jobs: runs each at its interval, one after the other, on a thread of its own.
#pragma once

#include "base/log.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace scimd::jobs {

// Jobs must be short, because each delays the others; work that waits for a network has a thread or a loop
// elsewhere. A job that throws is logged and runs again after its interval.
//
// add(), pause_by() and start() are called on one thread, before and at the start; stop() on any.
class scheduler {
public:
    struct job {
        std::string_view name;  // for the log; a static text
        std::chrono::milliseconds every;
        std::function<void()> run;
        bool is_by_time = false;  // deletes or expires by the wall clock: skipped while that is not trusted
    };

    explicit scheduler(logger& log) : log_(log) {}
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;
    ~scheduler() { stop(); }

    // `is_time_sure` is asked before each job that is by time. Without it, none is skipped.
    void pause_by(std::function<bool()> is_time_sure) { is_time_sure_ = std::move(is_time_sure); }

    void add(job added);  // runs first after one interval
    void start();
    void stop();  // waits for the job that is running; may be called again

private:
    struct scheduled {
        job task;
        std::chrono::steady_clock::time_point due;
    };

    void run_until_stopped();
    void run_job(const job& task);

    logger& log_;
    std::function<bool()> is_time_sure_ = [] { return true; };
    std::vector<scheduled> jobs_;
    std::mutex lock_;
    std::condition_variable stopped_;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace scimd::jobs
