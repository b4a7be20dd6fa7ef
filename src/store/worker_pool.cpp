#include "store/scan_pool.hpp"

#include <utility>

namespace scimd::store {

scan_pool::scan_pool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max)
{
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { serve(); });
}

scan_pool::~scan_pool()
{
    close();
}

bool scan_pool::offer(job next)
{
    {
        const std::lock_guard lock(mutex_);
        if (is_closed_ || queue_.size() >= queue_max_)
            return false;
        queue_.push_back(std::move(next));
    }
    changed_.notify_one();
    return true;
}

void scan_pool::close()
{
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
    }
    changed_.notify_all();
    for (std::thread& one : threads_)
        if (one.joinable())
            one.join();
}

void scan_pool::serve()
{
    while (true) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_closed_ || !queue_.empty(); });
        if (queue_.empty())
            return;
        const job next = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        next();
    }
}

}  // namespace scimd::store
