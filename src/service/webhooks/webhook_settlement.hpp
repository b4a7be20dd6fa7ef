// The outcome of a batch of deliveries to one endpoint, written in one transaction.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/webhook_deliveries.hpp"
#include "store/webhooks.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace scimd::service::webhooks {

// A delivery whose last attempt failed.
struct exhausted_delivery {
    event_id event;
    std::string type;
    organization_id organization;
    int attempts = 0;
    std::string last_error;
};

// The new row of a delivery; `now` empty: the row is removed. A row that was read with `read_due` and has
// another due time now is left alone: a replay has asked for the event again meanwhile.
struct delivery_change {
    std::optional<store::webhooks::delivery> now;
    std::optional<time_point> read_due;
};

// Everything that is to be written for the endpoint. A value.
struct settlement {
    store::webhooks::progress now;
    std::vector<store::webhooks::attempt> attempts;
    std::map<directory_id, std::optional<store::webhooks::directory_queue>>
            directory_queues;  // empty: the queue is removed
    std::map<event_id, delivery_change> deliveries;
    std::vector<exhausted_delivery> exhausted;
    std::optional<store::webhooks::disabled_reason> disable;
};

// Writes a settlement, with the events webhook_endpoint.delivery_exhausted and webhook_endpoint.disabled
// where they apply. Returns the number of deliveries that it moved to the dead letters. Empty: another
// process delivers to the endpoint now, or the endpoint is deleted, and nothing was written.
std::optional<std::size_t> write_settlement(
        store::transaction& tx, environment_id environment, const settlement& outcome);

}  // namespace scimd::service::webhooks
