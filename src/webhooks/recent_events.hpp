// The newest events, read once for all endpoints that follow them closely. One thread.
#pragma once

#include "store/engine/transaction.hpp"
#include "store/events.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

namespace scimd::webhooks {

// Shared by the deliveries of one event to many endpoints, which end in no known order.
using shared_event = std::shared_ptr<const store::events::event>;

class recent_events {
public:
    explicit recent_events(event_id start) : start_(start), end_(start) {}

    // Something has been committed since the last look.
    void expect_more() noexcept { may_have_more_ = true; }

    // Reads what has been committed, some of it at a time, and shows it to `each`.
    void extend(store::transaction& tx, const std::function<void(const store::events::event&)>& each);
    [[nodiscard]] bool may_have_more() const noexcept { return may_have_more_; }

    // In order, the events behind `after` as far as the tape has come, until there is none or `each` answers
    // false. Reads from the store what the tape does not hold any more; at most so many events that one call
    // stays short. true: there may be more.
    bool read(store::transaction& tx, event_id after, const std::function<bool(const shared_event&)>& each);

private:
    bool read_behind(
        store::transaction& tx, event_id after, const std::function<bool(const shared_event&)>& each
    );
    bool replay(event_id after, const std::function<bool(const shared_event&)>& each) const;
    void forget_oldest();

    std::deque<shared_event> events_;  // all with start_ < id <= end_
    event_id start_;
    event_id end_;
    std::size_t bytes_ = 0;
    bool may_have_more_ = true;
};

}  // namespace scimd::webhooks
