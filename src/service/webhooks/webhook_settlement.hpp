// What a round of deliveries to one endpoint has come to, written in one transaction.
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

struct exhausted_delivery {
    event_id event;
    std::string type;
    organization_id organization;
    int attempts = 0;
    std::string last_error;
};

// What the row of an event becomes; empty: it is removed. A row that was read stays as it is when it is due
// at another time now: somebody has asked for it again meanwhile.
struct delivery_change {
    std::optional<store::webhooks::delivery> now;
    std::optional<time_point> read_due;
};

struct settlement {
    store::webhooks::progress now;
    std::vector<store::webhooks::attempt> attempts;
    std::map<directory_id, std::optional<store::webhooks::directory_queue>>
        directory_queues;  // empty: it is removed
    std::map<event_id, delivery_change> deliveries;
    std::vector<exhausted_delivery> exhausted;
    std::optional<store::webhooks::disabled_reason> disable;
};

// Writes it, with the events webhook_endpoint.delivery_exhausted and webhook_endpoint.disabled where they
// apply. How many deliveries have been given up by it; empty: somebody else delivers to the endpoint now, or
// it is gone, and nothing is written.
std::optional<std::size_t> write_settlement(
    store::transaction& tx, environment_id environment, const settlement& what
);

}  // namespace scimd::service::webhooks
