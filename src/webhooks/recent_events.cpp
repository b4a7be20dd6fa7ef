#include "webhooks/recent_events.hpp"

#include <algorithm>
#include <utility>

namespace scimd::webhooks {
namespace {

constexpr std::int64_t batch_events_max = 512;
constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t cache_events_max = 8'192;
constexpr std::size_t cache_bytes_max = 16 * 1024 * 1024;

}  // namespace

bool recent_events::read(
        store::transaction& tx, event_id after, const std::function<bool(const shared_event&)>& each) {
    return after < start_ ? read_store(tx, after, each) : !read_cache(after, each);
}

// false: `each` has ended it.
bool recent_events::read_cache(event_id after, const std::function<bool(const shared_event&)>& each) const {
    const auto id_of = [](const shared_event& one) { return one->id; };
    const auto first = std::ranges::upper_bound(events_, after, {}, id_of);
    return std::all_of(first, events_.end(), each);
}

// For an endpoint that is far behind. Its events are not cached, since no other endpoint needs them now.
bool recent_events::read_store(
        store::transaction& tx, event_id after, const std::function<bool(const shared_event&)>& each) {
    std::int64_t count = 0;
    std::size_t bytes = 0;
    bool is_ended = false;
    store::events::list_after(tx, after, batch_events_max, [&](const store::events::event& one) {
        ++count;
        bytes += one.body.size();
        is_ended = !each(std::make_shared<const store::events::event>(one)) || bytes >= batch_bytes_max;
        return !is_ended;
    });
    return is_ended || count == batch_events_max;
}

void recent_events::extend(
        store::transaction& tx, const std::function<void(const store::events::event&)>& each) {
    drop_oldest();
    if (!may_have_more_)
        return;
    std::int64_t count = 0;
    std::size_t bytes = 0;
    store::events::list_after(tx, end_, batch_events_max, [&](const store::events::event& one) {
        events_.push_back(std::make_shared<const store::events::event>(one));
        end_ = one.id;
        bytes_ += one.body.size();
        bytes += one.body.size();
        ++count;
        each(one);
        return bytes < batch_bytes_max;
    });
    may_have_more_ = count == batch_events_max || bytes >= batch_bytes_max;
}

void recent_events::drop_oldest() {
    while (events_.size() > cache_events_max || bytes_ > cache_bytes_max) {
        start_ = events_.front()->id;
        bytes_ -= events_.front()->body.size();
        events_.pop_front();
    }
}

}  // namespace scimd::webhooks
