// Everything we serve: the route table, and the one way through it.
#pragma once

#include "api/request_context.hpp"
#include "api/router.hpp"
#include "base/error.hpp"

#include <chrono>
#include <span>
#include <string_view>

namespace scimd::api {

// Every route with who may call it; the order matters (see find_route).
std::span<const route> routes();

// Stateless but for the house it borrows. Any thread.
class site {
public:
    explicit site(const house& home) : home_(home) {}

    // Whatever goes wrong on the client's side is a response. `on` must outlive the replies that follow.
    [[nodiscard]] reply handle(call& on) const;

    // For a request that is about to be handled.
    [[nodiscard]] const house& home() const noexcept { return home_; }

    // To be called once with the response before it is sent: the rate limits have the last word.
    void finish(call& on, http::response& answer) const;

    // When the request is over, for the directory's log; the call is used up.
    void note(call& on, const http::response& answered, std::chrono::microseconds took) const;

    // For what goes wrong before or after: bad framing, a body too large, the machine's failures.
    [[nodiscard]] http::response refuse(const error& reason, std::string_view target) const;

private:
    const house& home_;
};

}  // namespace scimd::api
