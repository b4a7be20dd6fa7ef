// Tells those who wait that something has been committed: requests that wait for events, and streams of them.
#pragma once

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
class commit_bell {
public:
    static constexpr std::size_t listeners_max = 1'000;

    explicit commit_bell(boost::asio::any_io_executor where)
        : state_(std::make_shared<state>()), where_(where)
    {
    }
    commit_bell(const commit_bell&) = delete;
    commit_bell& operator=(const commit_bell&) = delete;

    void ring();
    void close();  // rings for the last time: nobody shall wait any more

    [[nodiscard]] std::uint64_t rings() const noexcept { return state_->rings; }
    [[nodiscard]] bool is_closed() const noexcept { return state_->is_closed; }

    // Listens until it is destroyed.
    class listener;

    // `heard` is called at each ring, must not block, and may be called once more while the listener goes.
    // Empty: there are too many.
    [[nodiscard]] std::unique_ptr<listener> listen(std::function<void()> heard);

    // Returns when it has rung more often than `seen` says, or at the deadline. false: too many wait.
    boost::asio::awaitable<bool> wait(std::uint64_t seen, std::chrono::steady_clock::time_point deadline);

private:
    struct state {
        std::atomic<std::uint64_t> rings = 0;
        std::atomic<bool> is_closed = false;
        std::atomic<bool> is_telling = false;
        std::mutex lock;
        std::uint64_t next = 0;
        std::map<std::uint64_t, std::function<void()>> listeners;

        void tell();
    };

    std::shared_ptr<state> state_;
    boost::asio::any_io_executor where_;
};

class commit_bell::listener {
public:
    listener(std::shared_ptr<state> bell, std::uint64_t number) : bell_(std::move(bell)), number_(number) {}
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener();

private:
    std::shared_ptr<state> bell_;
    std::uint64_t number_;
};

}  // namespace scimd::app
