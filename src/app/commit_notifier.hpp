// Tells those who wait that something has been committed: requests that wait for events, and streams of them.
#pragma once

#include "store/engine/scheduling_key.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace scimd::app {

// Any thread. The writer, whose commits ring it, does no more than post: commits that come together are told
// once.
class commit_notifier {
public:
    // An organization or API client never has more than are left for all others.
    static constexpr std::size_t subscriptions_max = 1'000;

    explicit commit_notifier(boost::asio::any_io_executor where)
        : state_(std::make_shared<state>()), where_(where)
    {
    }
    commit_notifier(const commit_notifier&) = delete;
    commit_notifier& operator=(const commit_notifier&) = delete;

    void notify();
    void close();  // rings for the last time: nobody shall wait any more

    [[nodiscard]] boost::asio::any_io_executor get_executor() const noexcept { return where_; }

    [[nodiscard]] std::uint64_t generation() const noexcept { return state_->generation; }
    [[nodiscard]] bool is_closed() const noexcept { return state_->is_closed; }

    // Listens until it is destroyed.
    class subscription;

    // `heard` is called at each ring, must not block, and may be called once more while the listener goes.
    // Throws sql::busy when there are too many, over_share when the tenant has too many.
    [[nodiscard]] std::unique_ptr<subscription> subscribe(
        const store::tenant& owner, std::function<void()> heard
    );

    // Returns when it has rung more often than `seen` says, or at the deadline. Throws what listen() throws.
    boost::asio::awaitable<void> wait(
        store::tenant owner, std::uint64_t seen, std::chrono::steady_clock::time_point deadline
    );

private:
    struct state {
        std::atomic<std::uint64_t> generation = 0;
        std::atomic<bool> is_closed = false;
        std::atomic<bool> is_notifying = false;
        std::mutex lock;
        std::uint64_t next = 0;
        std::map<std::uint64_t, std::function<void()>> subscriptions;
        std::map<std::int64_t, std::size_t> of_organization;  // how many of them

        void notify_subscribers();
    };

    std::shared_ptr<state> state_;
    boost::asio::any_io_executor where_;
};

class commit_notifier::subscription {
public:
    subscription(std::shared_ptr<state> bell, std::uint64_t number, std::int64_t organization)
        : state_(std::move(bell)), number_(number), organization_(organization)
    {
    }
    subscription(const subscription&) = delete;
    subscription& operator=(const subscription&) = delete;
    ~subscription();

private:
    std::shared_ptr<state> state_;
    std::uint64_t number_;
    std::int64_t organization_;
};

}  // namespace scimd::app
