// Whose a work is: what the queues are shared by. Values.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace scimd::store {

struct tenant {
    enum class kind : std::uint8_t {
        internal,   // a job of the service itself
        operator_,  // a request over the control socket
        customer,   // any other request
    };

    kind of = kind::internal;
    std::int64_t organization = 0;  // the id of an organization, or of an API client for all; 0: not known
    std::int64_t directory = 0;     // the id of one of its directories; 0: none

    friend auto operator<=>(const tenant&, const tenant&) = default;
};

struct scheduling_key {
    tenant owner;
    std::size_t bytes = 0;      // an estimate of the memory that the work holds while it waits
    bool is_continued = false;  // part of it has been committed: no queue refuses the rest
};

// What a queue says to a work.
enum class admission : std::uint8_t {
    accepted,
    full,        // all of the queue is taken
    over_share,  // the tenant's share is
};

}  // namespace scimd::store
