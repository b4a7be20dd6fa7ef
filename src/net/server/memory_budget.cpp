#include "net/server/memory_budget.hpp"

#include <unordered_set>

namespace scimd::net {
namespace {

constexpr auto refused_name = "scimd_memory_refused_total";
constexpr auto refused_help = "Requests refused because memory was short.";

// Returns the load of an owner, or an empty one when the owner has nothing.
template <class Loads>
typename Loads::mapped_type load_of(const Loads& by, const std::string& name) {
    const auto found = by.find(name);
    return found == by.end() ? typename Loads::mapped_type() : found->second;
}

}  // namespace

memory_limits memory_limits::of(std::size_t bytes, std::size_t small) {
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

memory_budget::memory_budget(std::string_view name, const memory_limits& limits, metrics_registry& metrics)
        : limits_(limits),
          reserved_gauge_(metrics.gauge_of(
                  "scimd_memory_reserved_bytes", "Memory reserved by requests under way.", {{"of", name}})),
          waiting_gauge_(
                  metrics.gauge_of("scimd_memory_waiting", "Requests that wait for memory.", {{"of", name}})),
          waits_total_(metrics.counter_of(
                  "scimd_memory_waits_total", "Requests that have waited for memory.", {{"of", name}})),
          beyond_request_total_(
                  metrics.counter_of(refused_name, refused_help, {{"of", name}, {"reason", "request"}})),
          beyond_share_total_(
                  metrics.counter_of(refused_name, refused_help, {{"of", name}, {"reason", "share"}})),
          beyond_total_total_(
                  metrics.counter_of(refused_name, refused_help, {{"of", name}, {"reason", "total"}})) {
    metrics.gauge_of("scimd_memory_bytes_max", "Memory that requests may reserve together.", {{"of", name}})
            .set(static_cast<std::int64_t>(limits.bytes_max));
}

std::size_t memory_budget::reserved_bytes() const {
    const std::lock_guard lock(mutex_);
    return granted_;
}

bool memory_budget::is_small(std::size_t bytes) const noexcept {
    return bytes <= limits_.small_request_bytes_max;
}

// Checks a share for a request that would hold `bytes` in all and holds `before` already. An owner whose
// large requests use up its share keeps some room for small ones.
bool memory_budget::fits(const load& used, std::size_t share, std::size_t bytes, std::size_t before) const {
    const auto extra = limits_.small_requests_bytes / 2;
    const auto large = used.large_bytes - (is_small(before) ? 0 : before);
    const auto small = used.small_bytes - (is_small(before) ? before : 0);
    if (is_small(bytes))
        return small + bytes <= extra || large + small + bytes <= share + extra || large + small == 0;
    return large == 0 || large + small + bytes <= share;
}

bool memory_budget::has_group_share(const memory_owner& owner, std::size_t bytes, std::size_t before) const {
    return fits(load_of(by_group_, owner.group), limits_.group_bytes_max, bytes, before);
}

bool memory_budget::has_member_share(const memory_owner& owner, std::size_t bytes, std::size_t before) const {
    return fits(load_of(by_member_, owner.member), limits_.member_bytes_max, bytes, before);
}

bool memory_budget::has_share(const memory_owner& owner, std::size_t bytes, std::size_t before) const {
    return has_group_share(owner, bytes, before) && has_member_share(owner, bytes, before);
}

bool memory_budget::has_room(std::size_t more, bool is_small) const {
    const auto kept = is_small ? 0 : limits_.small_requests_bytes;
    return granted_ + more + kept <= limits_.bytes_max;
}

bool memory_budget::may_wait(const load& used, std::size_t share, std::size_t bytes) const {
    const auto places = limits_.waiting_max * share / limits_.bytes_max;
    return used.waiting == 0 ||
           (used.waiting < places && used.waiting_bytes + bytes <= limits_.waiting_shares_max * share);
}

bool memory_budget::may_wait(const memory_owner& owner, std::size_t bytes) const {
    return may_wait(load_of(by_group_, owner.group), limits_.group_bytes_max, bytes) &&
           may_wait(load_of(by_member_, owner.member), limits_.member_bytes_max, bytes);
}

void memory_budget::update_loads(const memory_owner& owner, const std::function<void(load&)>& update) {
    const auto change_one = [&](loads& all, const std::string& name) {
        const auto found = all.try_emplace(name).first;
        auto& one = found->second;
        update(one);
        if (one.large_bytes + one.small_bytes + one.waiting == 0)
            all.erase(found);
    };
    change_one(by_group_, owner.group);
    change_one(by_member_, owner.member);
}

void memory_budget::set_reserved(const memory_owner& owner, std::size_t before, std::size_t after) {
    granted_ += after;
    granted_ -= before;
    reserved_gauge_.add(static_cast<std::int64_t>(after) - static_cast<std::int64_t>(before));
    update_loads(owner, [&](load& one) {
        (is_small(after) ? one.small_bytes : one.large_bytes) += after;
        (is_small(before) ? one.small_bytes : one.large_bytes) -= before;
    });
}

// Adds a request to the end of its queue, or to the front when it holds memory already: it will release
// memory soonest.
void memory_budget::enqueue(memory_reservation& one) {
    auto& waiting = queue_for(one.wanted_);
    waiting.insert(one.bytes_ == 0 ? waiting.end() : waiting.begin(), &one);
    one.is_waiting_ = true;
    waiting_gauge_.add(1);
    update_loads(one.owner_, [&](load& used) {
        ++used.waiting;
        used.waiting_bytes += one.wanted_;
    });
}

void memory_budget::dequeue(memory_reservation& one) {
    queue_for(one.wanted_).remove(&one);
    one.is_waiting_ = false;
    waiting_gauge_.add(-1);
    update_loads(one.owner_, [&](load& used) {
        --used.waiting;
        used.waiting_bytes -= one.wanted_;
    });
}

// Grants waiting requests in order. A request that does not fit holds up those behind it, because a large one
// would otherwise never be granted: all of them when the budget is used up, only those of the same owner when
// its share is.
void memory_budget::grant_waiting(queue& from, wakers& granted) {
    std::unordered_set<std::string_view> groups;  // groups whose share is used up
    std::unordered_set<std::string_view> members;
    bool has_room_left = true;
    for (auto* const one : queue(from)) {
        const auto& owner = one->owner_;
        if (!has_group_share(owner, one->wanted_, one->bytes_))
            groups.insert(owner.group);
        else if (!has_member_share(owner, one->wanted_, one->bytes_))
            members.insert(owner.member);
        one->is_short_of_share_ = groups.contains(owner.group) || members.contains(owner.member);
        if (one->is_short_of_share_ || !has_room_left)
            continue;
        has_room_left = has_room(one->wanted_ - one->bytes_, is_small(one->wanted_));
        if (!has_room_left)
            continue;
        dequeue(*one);
        one->resize(one->wanted_);
        if (one->when_granted_)
            granted.push_back(std::exchange(one->when_granted_, nullptr));
    }
}

memory_budget::wakers memory_budget::grant_waiting() {
    wakers granted;
    grant_waiting(small_, granted);
    grant_waiting(large_, granted);
    return granted;
}

void memory_reservation::resize(std::size_t bytes) {
    budget_.set_reserved(owner_, bytes_, bytes);
    bytes_ = bytes;
}

bool memory_reservation::has_share(std::size_t bytes) const {
    return budget_.has_share(owner_, bytes, bytes_);
}

memory_reservation::outcome memory_reservation::refuse(outcome why) {
    if (why == outcome::request_beyond)
        budget_.beyond_request_total_.add();
    else if (why == outcome::share_beyond)
        budget_.beyond_share_total_.add();
    else
        budget_.beyond_total_total_.add();
    return why;
}

// Tries to grow without waiting; the budget's mutex must be held. Empty: the request has to wait.
std::optional<memory_reservation::outcome> memory_reservation::try_grow(std::size_t bytes) {
    if (bytes <= bytes_)
        return outcome::granted;
    if (is_unlimited_) {
        resize(bytes);
        return outcome::granted;
    }
    if (bytes > budget_.limits_.request_bytes_max())
        return refuse(outcome::request_beyond);
    const bool is_first = bytes_ > 0 || budget_.queue_for(bytes).empty();
    const bool has_part = has_share(bytes);
    if (is_first && has_part && budget_.has_room(bytes - bytes_, budget_.is_small(bytes))) {
        resize(bytes);
        return outcome::granted;
    }
    if (bytes_ > 0 && !has_part)
        return refuse(outcome::share_beyond);
    return std::nullopt;
}

memory_reservation::outcome memory_reservation::wait_for(
        std::size_t bytes, bool is_patient, std::function<void()> when_granted) {
    wanted_ = bytes;
    budget_.enqueue(*this);
    memory_budget::wakers granted;
    budget_.grant_waiting(budget_.queue_for(bytes), granted);
    if (!is_waiting_)
        return outcome::granted;
    if (is_patient) {
        when_granted_ = std::move(when_granted);
        budget_.waits_total_.add();
        return outcome::waiting;
    }
    budget_.dequeue(*this);
    return refuse(is_short_of_share_ ? outcome::share_beyond : outcome::total_beyond);
}

memory_reservation::outcome memory_reservation::grow_now(std::size_t bytes) {
    const std::lock_guard lock(budget_.mutex_);
    const auto got = try_grow(bytes);
    return got ? *got : wait_for(bytes, false, nullptr);
}

memory_reservation::outcome memory_reservation::grow_to(
        std::size_t bytes, std::function<void()> when_granted) {
    const std::lock_guard lock(budget_.mutex_);
    if (const auto got = try_grow(bytes))
        return *got;
    if (budget_.queue_for(bytes).size() >= budget_.limits_.waiting_max)
        return refuse(outcome::total_beyond);
    if (!budget_.may_wait(owner_, bytes))
        return refuse(outcome::share_beyond);
    return wait_for(bytes, true, std::move(when_granted));
}

void memory_reservation::force_to(std::size_t bytes) {
    memory_budget::wakers granted;
    {
        const std::lock_guard lock(budget_.mutex_);
        if (bytes <= bytes_)
            return;
        resize(bytes);
        granted = budget_.grant_waiting();  // a small request that has become large frees its owner's room
                                            // for small ones
    }
    for (const auto& wake : granted)
        wake();
}

bool memory_reservation::is_waiting() const {
    const std::lock_guard lock(budget_.mutex_);
    return is_waiting_;
}

memory_reservation::outcome memory_reservation::stop_waiting() {
    memory_budget::wakers granted;
    auto why = outcome::granted;
    {
        const std::lock_guard lock(budget_.mutex_);
        if (!is_waiting_)
            return outcome::granted;
        budget_.dequeue(*this);
        when_granted_ = nullptr;
        why = refuse(is_short_of_share_ ? outcome::share_beyond : outcome::total_beyond);
        granted = budget_.grant_waiting();  // it may have held up others at the front of the queue
    }
    for (const auto& wake : granted)
        wake();
    return why;
}

void memory_reservation::release() {
    stop_waiting();
    memory_budget::wakers granted;
    {
        const std::lock_guard lock(budget_.mutex_);
        if (bytes_ == 0)
            return;
        resize(0);
        granted = budget_.grant_waiting();
    }
    for (const auto& wake : granted)
        wake();
}

}  // namespace scimd::net
