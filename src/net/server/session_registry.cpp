#include "net/server/session_registry.hpp"

#include "base/network/address_share.hpp"
#include "net/http/session.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace scimd::net {
namespace {

constexpr std::chrono::seconds first_request_span{1};
constexpr auto closed_name = "scimd_http_connections_closed_total";
constexpr auto closed_help = "Connections without a request that were closed to make room for others.";
constexpr auto state_name = "scimd_http_connections_state";
constexpr auto state_help = "Connections open now, by what they are about.";

// Returns the number of places that are kept free, so that a new connection need not wait until another one
// has ended.
std::size_t reserved_places(std::size_t sessions_max) noexcept {
    constexpr std::size_t part = 16;
    constexpr std::size_t most = 64;
    return std::min(sessions_max / part, most);
}

}  // namespace

session_registry::session_registry(const capacity& limits, metrics_registry& metrics)
        : limits_(limits),
          open_(metrics.gauge_of("scimd_http_connections", "Connections open now.")),
          fresh_gauge_(metrics.gauge_of(state_name, state_help, {{"state", "fresh"}})),
          idle_gauge_(metrics.gauge_of(state_name, state_help, {{"state", "idle"}})),
          active_gauge_(metrics.gauge_of(state_name, state_help, {{"state", "active"}})),
          fresh_closed_(metrics.counter_of(closed_name, closed_help, {{"state", "fresh"}})),
          idle_closed_(metrics.counter_of(closed_name, closed_help, {{"state", "idle"}})) {
    metrics.gauge_of("scimd_http_connections_max", "Connections that may be open at a time.")
            .set(static_cast<std::int64_t>(limits.sessions_max));
}

bool session_registry::is_full() const {
    const std::lock_guard lock(mutex_);
    return sessions_.size() >= limits_.sessions_max;
}

bool session_registry::is_nearly_full() const {
    const std::lock_guard lock(mutex_);
    return lacks_room();
}

bool session_registry::is_closing_idle() const {
    const std::lock_guard lock(mutex_);
    return asked_to_end_ > 0;
}

bool session_registry::lacks_room() const {
    return sessions_.size() - asked_to_end_ + reserved_places(limits_.sessions_max) >= limits_.sessions_max;
}

bool session_registry::enter(const std::shared_ptr<session>& one, const http::peer& from, time_point now) {
    auto share = address_share(from, limits_.trusted_proxies);
    const std::lock_guard lock(mutex_);
    if (!share.empty()) {
        auto& count = by_address_[share];
        if (count >= limits_.sessions_per_address_max)
            return false;
        ++count;
    }
    entry taken;
    taken.connection = one;
    taken.share = std::move(share);
    taken.since = now;
    const auto [entered, is_new] = sessions_.emplace(one.get(), std::move(taken));
    entered->second.at = fresh_.insert(fresh_.end(), one.get());
    fresh_gauge_.add(1);
    open_.add(1);
    return true;
}

void session_registry::leave(const session& one) {
    std::function<void()> empty;
    {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(&one);
        if (found == sessions_.end())
            return;
        auto& left = found->second;
        set_asked_to_end(left, false);
        sessions_of(left.is).erase(left.at);
        gauge_for(left.is).add(-1);
        open_.add(-1);
        if (!left.share.empty() && --by_address_[left.share] == 0)
            by_address_.erase(left.share);
        sessions_.erase(found);
        if (sessions_.empty())
            empty = std::exchange(empty_, nullptr);
    }
    if (empty)
        empty();
}

void session_registry::mark(const session& one, activity now_is, time_point now) {
    const std::lock_guard lock(mutex_);
    if (const auto found = sessions_.find(&one); found != sessions_.end())
        set_activity(*found, now_is, now);
}

void session_registry::set_activity(entries::value_type& of, activity is, time_point now) {
    auto& changed = of.second;
    set_asked_to_end(changed, false);
    if (changed.is == is)
        return;
    auto& to = sessions_of(is);
    to.splice(to.end(), sessions_of(changed.is), changed.at);
    gauge_for(changed.is).add(-1);
    gauge_for(is).add(1);
    changed.is = is;
    changed.since = now;
}

// A session that was asked to end but has received a request since then clears the flag by mark().
void session_registry::set_asked_to_end(entry& of, bool is_asked) {
    if (of.is_asked_to_end == is_asked)
        return;
    of.is_asked_to_end = is_asked;
    if (is_asked)
        ++asked_to_end_;
    else
        --asked_to_end_;
}

void session_registry::make_room(time_point now) {
    std::shared_ptr<session> chosen;
    {
        const std::lock_guard lock(mutex_);
        if (lacks_room())
            chosen = next_to_close(now);
    }
    if (chosen)
        chosen->end_if_idle();
}

// Chooses the session to close. When half of all sessions are fresh, sessions that have sent requests are
// spared, because each fresh one can be closed within a second. The chosen session is marked active, so that
// it is not chosen again before it has had another request.
std::shared_ptr<session> session_registry::next_to_close(time_point now) {
    const bool is_fresh_due =
            !fresh_.empty() && now - sessions_.find(fresh_.front())->second.since >= first_request_span;
    const bool is_flood = !fresh_.empty() && fresh_.size() >= limits_.sessions_max / 2;
    if (is_flood && !is_fresh_due)
        return nullptr;
    auto& from = is_fresh_due ? fresh_ : idle_;
    while (!from.empty()) {
        auto& oldest = *sessions_.find(from.front());
        set_activity(oldest, activity::active, now);
        if (auto alive = oldest.second.connection.lock()) {
            set_asked_to_end(oldest.second, true);
            (is_fresh_due ? fresh_closed_ : idle_closed_).add();
            return alive;
        }
    }
    return nullptr;
}

std::list<const session*>& session_registry::sessions_of(activity is) {
    return is == activity::fresh ? fresh_ : is == activity::idle ? idle_ : active_;
}

gauge& session_registry::gauge_for(activity is) {
    return is == activity::fresh ? fresh_gauge_ : is == activity::idle ? idle_gauge_ : active_gauge_;
}

std::vector<std::shared_ptr<session>> session_registry::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<session>> living;
    living.reserve(sessions_.size());
    for (const auto& [key, one] : sessions_)
        if (auto alive = one.connection.lock())
            living.push_back(std::move(alive));
    return living;
}

void session_registry::when_empty(std::function<void()> empty) {
    {
        const std::lock_guard lock(mutex_);
        if (!sessions_.empty()) {
            empty_ = std::move(empty);
            return;
        }
    }
    if (empty)
        empty();
}

}  // namespace scimd::net
