// The deadline timer of a session: one deadline for whatever the session waits for at the moment. Moving the
// deadline is a store, not a timer operation: the timer runs until the earliest deadline it has seen and
// checks again when it fires.
//
// Threads: the transport's executor.
#pragma once

#include "net/server/transport.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace scimd::net {

// Cancels the transport's operations when a deadline passes.
class deadline_timer : public std::enable_shared_from_this<deadline_timer> {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit deadline_timer(std::shared_ptr<transport> wire);

    void expect_by(time_point deadline);
    void expect_within(std::chrono::milliseconds span);
    void pause();  // no deadline until the next expect_
    void stop();   // for good

    // True when the deadline has passed and the operations under way have been cancelled; reset by the next
    // expect_.
    [[nodiscard]] bool is_late() const noexcept { return is_late_; }

private:
    void arm();
    void look();

    std::shared_ptr<transport> wire_;
    asio::steady_timer timer_;
    time_point deadline_ = time_point::max();
    time_point fires_at_ = time_point::max();
    bool is_late_ = false;
};

}  // namespace scimd::net
