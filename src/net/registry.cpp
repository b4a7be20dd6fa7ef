#include "net/registry.hpp"

#include <utility>

namespace scimd::net {

bool session_registry::is_full() const
{
    const std::lock_guard lock(mutex_);
    return guests_.size() >= room_.sessions_max;
}

bool session_registry::enter(const std::shared_ptr<session>& guest, const http::peer& from)
{
    const std::lock_guard lock(mutex_);
    if (!from.is_loopback) {
        auto& count = by_address_[from.address];
        if (count >= room_.sessions_per_address_max)
            return false;
        ++count;
    }
    guests_.emplace(guest.get(), guest);
    open_.add(1);
    return true;
}

void session_registry::leave(const session& guest, const http::peer& from)
{
    std::function<void()> empty;
    {
        const std::lock_guard lock(mutex_);
        if (guests_.erase(&guest) == 0)
            return;
        open_.add(-1);
        if (!from.is_loopback && --by_address_[from.address] == 0)
            by_address_.erase(from.address);
        if (guests_.empty())
            empty = std::exchange(empty_, nullptr);
    }
    if (empty)
        empty();
}

std::vector<std::shared_ptr<session>> session_registry::all() const
{
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<session>> living;
    living.reserve(guests_.size());
    for (const auto& [key, guest] : guests_)
        if (auto alive = guest.lock())
            living.push_back(std::move(alive));
    return living;
}

void session_registry::when_empty(std::function<void()> empty)
{
    {
        const std::lock_guard lock(mutex_);
        if (!guests_.empty()) {
            empty_ = std::move(empty);
            return;
        }
    }
    if (empty)
        empty();
}

}  // namespace scimd::net
