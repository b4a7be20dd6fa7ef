// Events as lines of a file, a pipe or a terminal: the stored bytes and a line feed.
#pragma once

#include "scimd/event.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::app {

// Waits as long as the reader does not read. A line whose end is missing is no event: the process has ended
// in between, and the whole line comes again.
class line_sink final : public event_sink {
public:
    // Writes to the descriptor, which stays open; begins behind the cursor.
    line_sink(int descriptor, std::string after) : descriptor_(descriptor), after_(std::move(after)) {}

    std::string resume_after() override { return after_; }

    // never: the reader has gone.
    uptake take(const event& what) override;

    // From then on nothing is waited for any more. Any thread.
    void end_by(std::chrono::steady_clock::time_point when) noexcept { end_by_ = when; }

private:
    uptake write(std::string_view text);

    const int descriptor_;
    const std::string after_;
    std::atomic<std::chrono::steady_clock::time_point> end_by_{std::chrono::steady_clock::time_point::max()};
};

}  // namespace scimd::app
