#include "app/commit_notifier.hpp"

#include "store/engine/database.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace scimd::app {

namespace asio = boost::asio;

void commit_notifier::notify() {
    ++state_->generation;
    if (!state_->is_notifying.exchange(true))
        asio::post(executor_, [state = state_] { state->notify_subscribers(); });
}

void commit_notifier::close() {
    state_->is_closed = true;
    notify();
}

void commit_notifier::state::notify_subscribers() {
    is_notifying = false;  // first: a notification from now on needs another run
    const std::lock_guard hold(lock);
    for (const auto& [number, call] : subscriptions)
        call();
}

std::unique_ptr<commit_notifier::subscription> commit_notifier::subscribe(
        const store::tenant& owner, std::function<void()> call) {
    const std::lock_guard hold(state_->lock);
    const auto all = state_->subscriptions.size();
    if (all >= subscriptions_max)
        throw store::sql::busy("too many requests wait for events");
    const auto own = state_->of_organization.find(owner.organization);
    const bool is_customer = owner.of == store::tenant::kind::customer;
    if (is_customer && own != state_->of_organization.end() && own->second >= subscriptions_max - all)
        throw store::over_share("too many requests of the same client wait for events");
    const auto number = state_->next++;
    state_->subscriptions.emplace(number, std::move(call));
    ++state_->of_organization[owner.organization];
    return std::make_unique<subscription>(state_, number, owner.organization);
}

commit_notifier::subscription::~subscription() {
    const std::lock_guard hold(state_->lock);
    state_->subscriptions.erase(number_);
    if (const auto own = state_->of_organization.find(organization_); --own->second == 0)
        state_->of_organization.erase(own);
}

asio::awaitable<void> commit_notifier::wait(
        store::tenant owner, std::uint64_t seen, std::chrono::steady_clock::time_point deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, deadline);
    auto cancel = [timer, executor] { asio::post(executor, [timer] { timer->cancel(); }); };
    const auto subscribed = subscribe(owner, std::move(cancel));
    if (generation() == seen)
        co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace scimd::app
