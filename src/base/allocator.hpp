// Tuning of the C library's allocator, so that it returns the memory of large requests to the system. Without
// glibc these functions do nothing.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace scimd {

// Must be called once, before any thread is started.
void tune_allocator() noexcept;

// Returns free memory to the system, on a thread of its own: this takes some tens of milliseconds per 100 MB,
// too long for a thread that serves connections. Thread-safe.
class allocator_trimmer {
public:
    allocator_trimmer();
    ~allocator_trimmer();
    allocator_trimmer(const allocator_trimmer&) = delete;
    allocator_trimmer& operator=(const allocator_trimmer&) = delete;

    // Requests a trim in the near future; requests that come shortly after one another share one. Returns at
    // once. Any thread.
    void ask();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_asked_ = false;
    bool is_ending_ = false;
    std::thread thread_;  // last member: the thread uses all members above
};

}  // namespace scimd
