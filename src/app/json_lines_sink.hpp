// An event sink that writes JSON lines (the stored bytes of an event and a line feed) to a file, a pipe or a
// terminal.
#pragma once

#include "scimd/event.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::app {

// Blocks while the reader does not read (backpressure). Readers must ignore a line without its end: the
// process ended or the reader left while it was written, and the whole line is written again.
//
// One thread, except for problem() and end_by().
class json_lines_sink final : public event_sink {
public:
    // Writes to the descriptor, which stays open, the events behind the cursor. Once the flag is set, take()
    // waits no longer; it outlives this; null: never set.
    json_lines_sink(int descriptor, std::string after, const std::atomic<bool>* is_cancelled = nullptr)
            : descriptor_(descriptor), after_(std::move(after)), is_cancelled_(is_cancelled) {}

    std::string resume_after() override { return after_; }

    // retry: the event could not be written; problem() has the reason.
    sink_result take(const event& next) override;

    // Detects that the reader has closed its end.
    void look();

    // Why events cannot be written; empty: they can. Any thread.
    [[nodiscard]] std::string problem() const;

    // From that time on take() waits no longer. Any thread.
    void end_by(std::chrono::steady_clock::time_point when) noexcept { end_by_ = when; }

private:
    sink_result write();
    sink_result fail(std::string reason, bool is_reader_gone);
    [[nodiscard]] bool is_over() const;
    void set_problem(std::string reason);

    const int descriptor_;
    const std::string after_;
    const std::atomic<bool>* const is_cancelled_;
    std::string partial_event_;  // the id of the event whose line is written in part
    std::string rest_;           // of that line
    mutable std::mutex lock_;
    std::string problem_;
    std::atomic<std::chrono::steady_clock::time_point> end_by_{std::chrono::steady_clock::time_point::max()};
};

}  // namespace scimd::app
