#include "app/fair_queue_executor.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/defer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace scimd::app {
namespace {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

// Unbounded here: each connection has one request at a time, so that their number is the bound.
constexpr store::queue_limits limits{.places_max = std::numeric_limits<std::size_t>::max(),
        .bytes_max = std::numeric_limits<std::size_t>::max(),
        .quantum = 1'000};

}  // namespace

fair_executor::fair_executor(asio::any_io_executor executor, std::string_view name, std::size_t posted_max,
        metrics_registry& metrics)
        : executor_(std::move(executor)),
          posted_max_(posted_max),
          queue_(limits),
          queue_metrics_(metrics, name) {}

asio::awaitable<void> fair_executor::wait(store::tenant owner) {
    const auto executor = co_await asio::this_coro::executor;
    auto initiate = [this, owner, &executor](auto handler) {
        const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        // Runs on the thread that takes the turn, within it, so that its time can be measured.
        push(owner, [shared, executor] { asio::dispatch(executor, [shared] { std::move (*shared)(); }); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
}

// Posts a turn for each waiting request; the queue decides whose it is when it runs. It runs after the
// handlers that this thread has already, and wakes no other thread.
void fair_executor::push(const store::tenant& owner, std::function<void()> resume) {
    {
        const std::lock_guard hold(mutex_);
        queue_.push({owner, 0}, std::move(resume));
        queue_metrics_.record_load(queue_.size(), queue_.bytes());
        if (posted_ >= posted_max_)
            return;
        ++posted_;
    }
    asio::defer(executor_, [this] { run_next(); });
}

void fair_executor::run_next() {
    using item = store::fair_queue<std::function<void()>>::taken;
    std::optional<item> next;
    {
        const std::lock_guard hold(mutex_);
        next = queue_.take();
        queue_metrics_.record_load(queue_.size(), queue_.bytes());
        if (!next) {
            --posted_;
            return;
        }
    }
    const auto started = steady::now();
    next->item();
    next->item = nullptr;
    const auto cost = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - started);
    {
        const std::lock_guard hold(mutex_);
        queue_.finish(next->owner, cost.count());
        if (queue_.size() < posted_) {
            --posted_;
            return;
        }
    }
    asio::post(executor_, [this] { run_next(); });  // behind the handlers that have become ready meanwhile
}

}  // namespace scimd::app
