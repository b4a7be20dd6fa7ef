// Notifies waiting requests of commits: long polls for events, and event streams.
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

// Any thread. The writer, which calls notify(), only posts to the executor; commits in quick succession are
// one notification.
class commit_notifier {
public:
    // Of all together. An organization or API client never has more than are left for all others.
    static constexpr std::size_t subscriptions_max = 1'000;

    explicit commit_notifier(boost::asio::any_io_executor executor)
            : state_(std::make_shared<state>()), executor_(executor) {}
    commit_notifier(const commit_notifier&) = delete;
    commit_notifier& operator=(const commit_notifier&) = delete;

    void notify();
    void close();  // for shutdown: notifies for the last time, after which is_closed()

    [[nodiscard]] boost::asio::any_io_executor get_executor() const noexcept { return executor_; }

    // The number of notifications so far.
    [[nodiscard]] std::uint64_t generation() const noexcept { return state_->generation; }
    [[nodiscard]] bool is_closed() const noexcept { return state_->is_closed; }

    // Ends when it is destroyed.
    class subscription;

    // `call` is called at each notification and must not block; it may be called once more while the
    // subscription ends. Throws sql::busy when there are too many subscriptions, over_share when the tenant
    // has too many.
    [[nodiscard]] std::unique_ptr<subscription> subscribe(
            const store::tenant& owner, std::function<void()> call);

    // Returns once generation() differs from `seen`, or at the deadline. Throws what subscribe() throws.
    boost::asio::awaitable<void> wait(
            store::tenant owner, std::uint64_t seen, std::chrono::steady_clock::time_point deadline);

private:
    struct state {
        std::atomic<std::uint64_t> generation = 0;
        std::atomic<bool> is_closed = false;
        std::atomic<bool> is_notifying = false;
        std::mutex lock;
        std::uint64_t next = 0;
        std::map<std::uint64_t, std::function<void()>> subscriptions;
        std::map<std::int64_t, std::size_t> of_organization;  // the number of its subscriptions

        void notify_subscribers();
    };

    std::shared_ptr<state> state_;
    boost::asio::any_io_executor executor_;
};

class commit_notifier::subscription {
public:
    subscription(std::shared_ptr<state> notifier, std::uint64_t number, std::int64_t organization)
            : state_(std::move(notifier)), number_(number), organization_(organization) {}
    subscription(const subscription&) = delete;
    subscription& operator=(const subscription&) = delete;
    ~subscription();

private:
    std::shared_ptr<state> state_;
    std::uint64_t number_;
    std::int64_t organization_;
};

}  // namespace scimd::app
