#include "webhooks/recent_events.hpp"

#include <algorithm>
#include <utility>

namespace scimd::webhooks {
namespace {

constexpr std::int64_t piece_events_max = 512;
constexpr std::size_t piece_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t tape_events_max = 8'192;
constexpr std::size_t tape_bytes_max = 16 * 1024 * 1024;

}  // namespace

bool recent_events::read(
    store::transaction& tx, event_id after, const std::function<bool(const shared_event&)>& each
)
{
    return after < start_ ? read_behind(tx, after, each) : !replay(after, each);
}

// What the tape holds; false: `each` has stopped it.
bool recent_events::replay(event_id after, const std::function<bool(const shared_event&)>& each) const
{
    const auto id_of = [](const shared_event& one) { return one->id; };
    const auto first = std::ranges::upper_bound(events_, after, {}, id_of);
    return std::all_of(first, events_.end(), each);
}

// An endpoint far behind: what it reads, nobody else needs now.
bool recent_events::read_behind(
    store::transaction& tx, event_id after, const std::function<bool(const shared_event&)>& each
)
{
    std::int64_t count = 0;
    std::size_t bytes = 0;
    bool was_stopped = false;
    store::events::list_after(tx, after, piece_events_max, [&](const store::events::event& one) {
        ++count;
        bytes += one.body.size();
        was_stopped = !each(std::make_shared<const store::events::event>(one)) || bytes >= piece_bytes_max;
        return !was_stopped;
    });
    return was_stopped || count == piece_events_max;
}

void recent_events::extend(
    store::transaction& tx, const std::function<void(const store::events::event&)>& each
)
{
    forget_oldest();
    if (!may_have_more_)
        return;
    std::int64_t count = 0;
    std::size_t bytes = 0;
    store::events::list_after(tx, end_, piece_events_max, [&](const store::events::event& one) {
        events_.push_back(std::make_shared<const store::events::event>(one));
        end_ = one.id;
        bytes_ += one.body.size();
        bytes += one.body.size();
        ++count;
        each(one);
        return bytes < piece_bytes_max;
    });
    may_have_more_ = count == piece_events_max || bytes >= piece_bytes_max;
}

void recent_events::forget_oldest()
{
    while (events_.size() > tape_events_max || bytes_ > tape_bytes_max) {
        start_ = events_.front()->id;
        bytes_ -= events_.front()->body.size();
        events_.pop_front();
    }
}

}  // namespace scimd::webhooks
