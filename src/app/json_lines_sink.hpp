// Events as lines of a file, a pipe or a terminal: the stored bytes and a line feed.
#pragma once

#include "scimd/event.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::app {

// Waits as long as the reader does not read. A line whose end is missing is no event: the process has ended
// in between, or the reader has gone, and the whole line comes again.
class json_lines_sink final : public event_sink {
public:
    // Writes to the descriptor, which stays open; begins behind the cursor. Once the flag is set nothing is
    // waited for any more; it outlives this; null: never.
    json_lines_sink(int descriptor, std::string after, const std::atomic<bool>* is_cancelled = nullptr)
        : descriptor_(descriptor), after_(std::move(after)), is_cancelled_(is_cancelled)
    {
    }

    std::string resume_after() override { return after_; }

    // later: it could not be written, for the reason that problem() tells.
    sink_result take(const event& what) override;

    // Looks whether the reader is still there. On the thread that calls take().
    void look();

    // Why nothing can be written; empty: it can. Any thread.
    [[nodiscard]] std::string problem() const;

    // From then on nothing is waited for any more. Any thread.
    void end_by(std::chrono::steady_clock::time_point when) noexcept { end_by_ = when; }

private:
    sink_result write();
    sink_result fail(std::string reason, bool is_reader_gone);
    [[nodiscard]] bool is_over() const;
    void set_problem(std::string reason);

    const int descriptor_;
    const std::string after_;
    const std::atomic<bool>* const is_cancelled_;
    std::string under_way_;  // the id of the event whose line is not written to its end
    std::string rest_;       // of that line
    mutable std::mutex lock_;
    std::string problem_;
    std::atomic<std::chrono::steady_clock::time_point> end_by_{std::chrono::steady_clock::time_point::max()};
};

}  // namespace scimd::app
