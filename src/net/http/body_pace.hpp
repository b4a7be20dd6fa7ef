// Slow-client protection for request bodies: a body must bring a minimum number of bytes in each window of
// time and be complete by a deadline. Pure logic: the caller supplies the time. Not thread-safe; one object
// per body.
#pragma once

#include "net/server/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace scimd::net {

class body_pace {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // `length` is the Content-Length, if there is one. A body of known length must keep at least half of the
    // pace that would complete it by its deadline, so that no client announces a large body and then sends it
    // drop by drop.
    body_pace(const limits& bounds, std::optional<std::uint64_t> length, time_point start);

    void receive(std::size_t bytes, time_point now);

    // Returns the time at which the body is given up unless more of it arrives.
    [[nodiscard]] time_point deadline() const;

    // Returns the number of bytes that each window must bring.
    [[nodiscard]] std::uint64_t window_bytes_min() const noexcept { return window_bytes_min_; }

private:
    std::chrono::milliseconds window_;
    time_point end_;
    std::uint64_t window_bytes_min_;
    time_point window_start_;
    std::uint64_t window_bytes_ = 0;
};

}  // namespace scimd::net
