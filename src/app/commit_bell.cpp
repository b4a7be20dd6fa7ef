#include "app/commit_bell.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace scimd::app {

namespace asio = boost::asio;

void commit_bell::ring()
{
    ++state_->rings;
    if (!state_->is_telling.exchange(true))
        asio::post(where_, [bell = state_] { bell->tell(); });
}

void commit_bell::close()
{
    state_->is_closed = true;
    ring();
}

void commit_bell::state::tell()
{
    is_telling = false;  // first: whoever rings from now on may not have been told
    const std::lock_guard hold(lock);
    for (const auto& [number, heard] : listeners)
        heard();
}

std::unique_ptr<commit_bell::listener> commit_bell::listen(std::function<void()> heard)
{
    const std::lock_guard hold(state_->lock);
    if (state_->listeners.size() >= listeners_max)
        return nullptr;
    const auto number = state_->next++;
    state_->listeners.emplace(number, std::move(heard));
    return std::make_unique<listener>(state_, number);
}

commit_bell::listener::~listener()
{
    const std::lock_guard hold(bell_->lock);
    bell_->listeners.erase(number_);
}

asio::awaitable<bool> commit_bell::wait(std::uint64_t seen, std::chrono::steady_clock::time_point deadline)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, deadline);
    const auto listening = listen([timer, executor] { asio::post(executor, [timer] { timer->cancel(); }); });
    if (!listening)
        co_return false;
    if (rings() != seen)
        co_return true;
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return true;
}

}  // namespace scimd::app
