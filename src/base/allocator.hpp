// The C library's allocator, kept from holding on to what large requests have used. Elsewhere than with glibc
// these do nothing.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace scimd {

// To be called once, before there are threads.
void tune_allocator() noexcept;

// Gives free memory back to the system in a thread of its own: that takes some tens of milliseconds for each
// 100 MB, for which no thread that serves connections has the time.
class allocator_trimmer {
public:
    allocator_trimmer();
    ~allocator_trimmer();
    allocator_trimmer(const allocator_trimmer&) = delete;
    allocator_trimmer& operator=(const allocator_trimmer&) = delete;

    // Soon, and once for all who ask within a moment. Any thread; returns at once.
    void ask();

private:
    void serve();

    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_asked_ = false;
    bool is_ending_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace scimd
