// What goes on beside the requests: jobs at intervals, one after the other on a thread of their own.
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

// A job is short, or it delays the others; what waits for a network has a thread or a loop elsewhere. One
// that throws is logged and runs again when its time has come.
class scheduler {
public:
    struct job {
        std::string_view name;  // of a static text
        std::chrono::milliseconds every;
        std::function<void()> run;
        bool is_by_time = false;  // deletes or ends what is old: waits while the time is not sure
    };

    explicit scheduler(logger& log) : log_(log) {}
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;
    ~scheduler() { stop(); }

    // Asked before each job that is by time. Before start(); without it none waits.
    void pause_by(std::function<bool()> is_time_sure) { is_time_sure_ = std::move(is_time_sure); }

    void add(job what);  // before start(); each runs first when its interval has passed
    void start();
    void stop();  // waits for the job that is running; may be called again

private:
    struct scheduled {
        job what;
        std::chrono::steady_clock::time_point due;
    };

    void run_until_stopped();
    void run_job(const job& what);

    logger& log_;
    std::function<bool()> is_time_sure_ = [] { return true; };
    std::vector<scheduled> jobs_;
    std::mutex lock_;
    std::condition_variable stopped_;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace scimd::jobs
