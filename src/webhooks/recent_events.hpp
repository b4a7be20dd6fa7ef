// A cache of the newest events: endpoints that keep up with the log share what was read once.
#pragma once

#include "store/engine/transaction.hpp"
#include "store/events.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

namespace scimd::webhooks {

// Shared by the deliveries of one event to many endpoints, which end in no particular order.
using shared_event = std::shared_ptr<const store::events::event>;

// One thread: that of the delivery loop.
class recent_events {
public:
    explicit recent_events(event_id start) : start_(start), end_(start) {}

    // Events may have been committed since the last extend().
    void expect_more() noexcept { may_have_more_ = true; }

    // Reads a batch of the events that are new, and calls `each` with them.
    void extend(store::transaction& tx, const std::function<void(const store::events::event&)>& each);
    [[nodiscard]] bool may_have_more() const noexcept { return may_have_more_; }

    // Calls `each` with the events behind `after`, in order, up to the newest one that extend() has read,
    // until it returns false. Reads a batch from the store when the cache begins later. true: there may be
    // more.
    bool read(store::transaction& tx, event_id after, const std::function<bool(const shared_event&)>& each);

private:
    bool read_store(
            store::transaction& tx, event_id after, const std::function<bool(const shared_event&)>& each);
    bool read_cache(event_id after, const std::function<bool(const shared_event&)>& each) const;
    void drop_oldest();

    std::deque<shared_event> events_;  // all of the log with start_ < id <= end_
    event_id start_;
    event_id end_;
    std::size_t bytes_ = 0;
    bool may_have_more_ = true;
};

}  // namespace scimd::webhooks
