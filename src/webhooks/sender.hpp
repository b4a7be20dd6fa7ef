// The way out for webhooks, as those who decide what is sent see it.
#pragma once

#include "service/webhooks/webhook_schedule.hpp"
#include "service/webhooks/webhook_url.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace scimd::webhooks {

// One POST of JSON.
struct delivery_request {
    std::uint64_t number = 0;  // names it in the receipt
    service::webhooks::endpoint_url to;
    std::vector<std::pair<std::string, std::string>> headers;
    std::shared_ptr<const std::string>
        body;             // the same bytes go to many endpoints, which end in no known order
    std::string refusal;  // why it must not be sent at all: its receipt comes at once; empty: none
};

struct delivery_result {
    std::uint64_t number = 0;
    service::webhooks::outcome seen;
    std::int64_t milliseconds = 0;
    std::string error;     // why no whole response arrived; empty: one did
    std::string response;  // the beginning of the body, as it came
};

// One thread, but for wake().
class sender {
public:
    virtual ~sender() = default;

    virtual void send(delivery_request what) = 0;

    // Moves what is under way, and waits up to that long for something to happen. Appends what has come to
    // its end, each shipment once.
    virtual void wait(std::chrono::milliseconds patience, std::vector<delivery_result>& into) = 0;

    // Ends a wait() from any thread, or the next one.
    virtual void wake() noexcept = 0;
};

}  // namespace scimd::webhooks
