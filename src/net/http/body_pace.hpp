// Whether a request's body comes fast enough: a least number of bytes in each stretch of time, and a hard end
// for the whole. Pure: the caller brings the time.
#pragma once

#include "net/server/server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace scimd::net {

class body_pace {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // `length` is the announced one, where there is one. Of a body that is announced at least half of the
    // pace is asked at which it would be whole in time, so that no large one is announced and then dribbled.
    body_pace(const limits& bounds, std::optional<std::uint64_t> length, time_point start);

    void receive(std::size_t bytes, time_point now);

    // When the body is given up unless more of it comes.
    [[nodiscard]] time_point deadline() const;

    // What each window must bring.
    [[nodiscard]] std::uint64_t window_bytes_min() const noexcept { return window_bytes_min_; }

private:
    std::chrono::milliseconds window_;
    time_point end_;
    std::uint64_t window_bytes_min_;
    time_point window_start_;
    std::uint64_t window_bytes_ = 0;
};

}  // namespace scimd::net
