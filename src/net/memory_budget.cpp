#include "net/memory_budget.hpp"

#include <algorithm>

namespace scimd::net {
namespace {

constexpr auto refused_name = "scimd_memory_refused_total";
constexpr auto refused_help = "Requests refused because memory was short.";

std::size_t used(const std::unordered_map<std::string, std::size_t>& by, const std::string& name)
{
    const auto found = by.find(name);
    return found == by.end() ? 0 : found->second;
}

void give_back(std::unordered_map<std::string, std::size_t>& by, const std::string& name, std::size_t bytes)
{
    const auto found = by.find(name);
    if (found == by.end())
        return;
    found->second -= std::min(found->second, bytes);
    if (found->second == 0)
        by.erase(found);
}

}  // namespace

memory_limits memory_limits::of(std::size_t bytes, std::size_t small)
{
    constexpr std::size_t parts = 8;
    constexpr std::size_t member_parts = 3;
    memory_limits made;
    made.bytes_max = bytes;
    made.group_bytes_max = bytes / 2;
    made.member_bytes_max = bytes / parts * member_parts;
    made.small_requests_bytes = bytes / parts;
    made.small_request_bytes_max = small;
    return made;
}

memory_budget::memory_budget(std::string_view what, const memory_limits& limits, metrics& figures)
    : limits_(limits),
      reserved_level_(figures.level(
          "scimd_memory_reserved_bytes", "Memory reserved by requests under way.", {{"of", what}}
      )),
      waiting_level_(figures.level("scimd_memory_waiting", "Requests that wait for memory.", {{"of", what}})),
      waits_total_(
          figures.count("scimd_memory_waits_total", "Requests that have waited for memory.", {{"of", what}})
      ),
      beyond_request_total_(figures.count(refused_name, refused_help, {{"of", what}, {"reason", "request"}})),
      beyond_share_total_(figures.count(refused_name, refused_help, {{"of", what}, {"reason", "share"}})),
      beyond_total_total_(figures.count(refused_name, refused_help, {{"of", what}, {"reason", "total"}}))
{
    figures.level(
               "scimd_memory_bytes_max", "Memory that requests may reserve together.", {{"of", what}}
    ).set(static_cast<std::int64_t>(limits.bytes_max));
}

std::size_t memory_budget::reserved_bytes() const
{
    const std::lock_guard lock(mutex_);
    return granted_;
}

// For `bytes` in all of a request that has `before` of them. An owner whose large requests take all of its
// share has some for small ones.
bool memory_budget::has_share(const memory_owner& owner, std::size_t bytes, std::size_t before) const
{
    const auto extra = bytes <= limits_.small_request_bytes_max ? limits_.small_requests_bytes / 2 : 0;
    const auto fits = [&](std::size_t used_by_all, std::size_t share) {
        const auto used_by_others = used_by_all - before;
        return used_by_others == 0 || used_by_others + bytes <= share + extra;
    };
    return fits(used(by_group_, owner.group), limits_.group_bytes_max) &&
           fits(used(by_member_, owner.member), limits_.member_bytes_max);
}

bool memory_budget::has_room(std::size_t more, bool is_small) const
{
    const auto kept = is_small ? 0 : limits_.small_requests_bytes;
    return granted_ + more + kept <= limits_.bytes_max;
}

void memory_budget::charge(const memory_owner& owner, std::size_t bytes)
{
    by_group_[owner.group] += bytes;
    by_member_[owner.member] += bytes;
}

void memory_budget::refund(const memory_owner& owner, std::size_t bytes)
{
    give_back(by_group_, owner.group, bytes);
    give_back(by_member_, owner.member, bytes);
}

void memory_budget::add_granted(std::size_t bytes)
{
    granted_ += bytes;
    reserved_level_.add(static_cast<std::int64_t>(bytes));
}

void memory_budget::remove_granted(std::size_t bytes)
{
    granted_ -= bytes;
    reserved_level_.add(-static_cast<std::int64_t>(bytes));
}

// First come, first served: a request in front that does not fit holds up those behind it, or a large one
// would never be granted.
void memory_budget::grant_waiting(queue& waiting, bool is_small, wakers& granted)
{
    while (!waiting.empty()) {
        auto& next = *waiting.front();
        const auto more = next.wanted_ - next.bytes_;
        if (!has_room(more, is_small))
            return;
        waiting.pop_front();
        waiting_level_.add(-1);
        add_granted(more);
        next.bytes_ = next.wanted_;
        next.is_waiting_ = false;
        granted.push_back(std::move(next.when_granted_));
    }
}

memory_budget::wakers memory_budget::grant_waiting()
{
    wakers granted;
    grant_waiting(small_, true, granted);
    grant_waiting(large_, false, granted);
    return granted;
}

// With the budget's mutex held, as the two below; `waiting`: it may wait.
memory_reservation::outcome memory_reservation::try_grow(std::size_t bytes)
{
    if (bytes <= bytes_)
        return outcome::granted;
    if (is_unlimited_) {
        grow(bytes);
        return outcome::granted;
    }
    if (bytes > budget_.limits_.request_bytes_max()) {
        budget_.beyond_request_total_.add();
        return outcome::request_beyond;
    }
    if (!budget_.has_share(owner_, bytes, bytes_)) {
        budget_.beyond_share_total_.add();
        return outcome::share_beyond;
    }
    const auto& waiting = budget_.queue_of(is_small(bytes));
    if (!waiting.empty() || !budget_.has_room(bytes - bytes_, is_small(bytes)))
        return outcome::waiting;
    grow(bytes);
    return outcome::granted;
}

void memory_reservation::grow(std::size_t bytes)
{
    budget_.charge(owner_, bytes - bytes_);
    budget_.add_granted(bytes - bytes_);
    bytes_ = bytes;
}

memory_reservation::outcome memory_reservation::grow_now(std::size_t bytes)
{
    const std::lock_guard lock(budget_.mutex_);
    const auto got = try_grow(bytes);
    if (got != outcome::waiting)
        return got;
    budget_.beyond_total_total_.add();
    return outcome::total_beyond;
}

memory_reservation::outcome memory_reservation::grow_to(std::size_t bytes, std::function<void()> when_granted)
{
    const std::lock_guard lock(budget_.mutex_);
    const auto got = try_grow(bytes);
    if (got != outcome::waiting)
        return got;
    auto& waiting = budget_.queue_of(is_small(bytes));
    if (waiting.size() >= budget_.limits_.waiting_max) {
        budget_.beyond_total_total_.add();
        return outcome::total_beyond;
    }
    budget_.charge(owner_, bytes - bytes_);
    budget_.waits_total_.add();
    budget_.waiting_level_.add(1);
    waiting.push_back(this);
    wanted_ = bytes;
    is_waiting_ = true;
    when_granted_ = std::move(when_granted);
    return outcome::waiting;
}

void memory_reservation::force_to(std::size_t bytes)
{
    const std::lock_guard lock(budget_.mutex_);
    if (bytes > bytes_)
        grow(bytes);
}

bool memory_reservation::is_waiting() const
{
    const std::lock_guard lock(budget_.mutex_);
    return is_waiting_;
}

bool memory_reservation::stop_waiting()
{
    memory_budget::wakers granted;
    {
        const std::lock_guard lock(budget_.mutex_);
        if (!is_waiting_)
            return false;
        is_waiting_ = false;
        when_granted_ = nullptr;
        budget_.queue_of(is_small(wanted_)).remove(this);
        budget_.waiting_level_.add(-1);
        budget_.beyond_total_total_.add();
        budget_.refund(owner_, wanted_ - bytes_);
        granted = budget_.grant_waiting();  // it may have been the one at the front
    }
    for (const auto& wake : granted)
        wake();
    return true;
}

void memory_reservation::release()
{
    stop_waiting();
    memory_budget::wakers granted;
    {
        const std::lock_guard lock(budget_.mutex_);
        if (bytes_ == 0)
            return;
        budget_.refund(owner_, bytes_);
        budget_.remove_granted(bytes_);
        bytes_ = 0;
        granted = budget_.grant_waiting();
    }
    for (const auto& wake : granted)
        wake();
}

bool memory_reservation::is_small(std::size_t bytes) const noexcept
{
    return bytes <= budget_.limits_.small_request_bytes_max;
}

}  // namespace scimd::net
