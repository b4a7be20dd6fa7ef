#include "net/http/body_pace.hpp"

#include <algorithm>

namespace scimd::net {
namespace {

std::uint64_t bytes_of_window(const limits& bounds, std::optional<std::uint64_t> length) {
    constexpr std::uint64_t ms_per_second = 1'000;
    const auto window_ms = static_cast<std::uint64_t>(bounds.body_window.count());
    const auto whole_ms =
            std::max<std::uint64_t>(static_cast<std::uint64_t>(bounds.body_deadline.count()), 1);
    const auto least = bounds.body_bytes_per_second_min * window_ms / ms_per_second;
    const auto half_pace = length.value_or(0) / 2 * window_ms / whole_ms;
    return std::max<std::uint64_t>({least, half_pace, 1});
}

}  // namespace

body_pace::body_pace(const limits& bounds, std::optional<std::uint64_t> length, time_point start)
        : window_(bounds.body_window),
          end_(start + bounds.body_deadline),
          window_bytes_min_(bytes_of_window(bounds, length)),
          window_start_(start) {}

// Starts a new window as soon as the current one has its bytes, so that a burst counts for one window at
// most.
void body_pace::receive(std::size_t bytes, time_point now) {
    window_bytes_ += bytes;
    if (window_bytes_ < window_bytes_min_)
        return;
    window_bytes_ = 0;
    window_start_ = now;
}

body_pace::time_point body_pace::deadline() const {
    return std::min(end_, window_start_ + window_);
}

}  // namespace scimd::net
