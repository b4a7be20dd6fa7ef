// The interface through which the delivery loop sends requests. http_sender.hpp implements it; tests have
// their own.
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

// One POST of JSON to an endpoint.
struct delivery_request {
    std::uint64_t number = 0;  // identifies it in the result
    service::webhooks::endpoint_url to;
    std::vector<std::pair<std::string, std::string>> headers;
    std::shared_ptr<const std::string> body;  // shared by the requests of one event to many endpoints
    std::string refusal;                      // why it must not be sent: it fails at once; empty: it may
};

struct delivery_result {
    std::uint64_t number = 0;
    service::webhooks::outcome outcome;
    std::int64_t milliseconds = 0;
    std::string error;     // why no whole response arrived; empty: one did
    std::string response;  // the first bytes of the body
};

// One thread, except for wake().
class sender {
public:
    virtual ~sender() = default;

    virtual void send(delivery_request request) = 0;

    // Moves the requests that are in flight, and waits for events of theirs for `time_max` at most. Appends
    // the results of those that have ended; each request has exactly one.
    virtual void wait(std::chrono::milliseconds time_max, std::vector<delivery_result>& results) = 0;

    // Ends a wait() from any thread, or the next one.
    virtual void wake() noexcept = 0;
};

}  // namespace scimd::webhooks
