// The tenant of a task, by which the fair queues schedule. Values.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace scimd::store {

struct tenant {
    enum class kind : std::uint8_t {
        internal,   // a background job of the service
        operator_,  // a request over the control socket
        customer,   // any other request
    };

    kind of = kind::internal;
    std::int64_t organization =
            0;  // the id of an organization, or of an API client of all organizations; 0: unknown
    std::int64_t directory = 0;  // the id of one of its directories; 0: none

    friend auto operator<=>(const tenant&, const tenant&) = default;
};

struct scheduling_key {
    tenant owner;
    std::size_t bytes = 0;      // estimated memory of the task while it waits
    bool is_continued = false;  // a part has been committed already: no queue rejects the rest
};

// The answer of a queue to a task.
enum class admission : std::uint8_t {
    accepted,
    full,        // the whole queue is full
    over_share,  // the tenant's share is used up
};

}  // namespace scimd::store
