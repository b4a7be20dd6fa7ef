// A few threads for works that may touch many rows, behind a bounded queue. Any thread may offer.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace scimd::store {

class scan_pool {
public:
    using job = std::function<void()>;  // throws nothing

    scan_pool(std::size_t threads, std::size_t queue_max);
    ~scan_pool();
    scan_pool(const scan_pool&) = delete;
    scan_pool& operator=(const scan_pool&) = delete;

    // False: the queue is full, or closed.
    bool offer(job next);

    // Takes no more, finishes what is queued, ends the threads.
    void close();

private:
    void serve();

    const std::size_t queue_max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<job> queue_;
    bool is_closed_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace scimd::store
