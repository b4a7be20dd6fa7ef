// One deadline over whatever a session waits for. Setting it is a store, not a timer operation: the timer
// runs to the earliest deadline seen and looks again when it fires.
//
// Threads: the transport's executor.
#pragma once

#include "net/server/transport.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace scimd::net {

class deadline_timer : public std::enable_shared_from_this<deadline_timer> {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit deadline_timer(std::shared_ptr<transport> wire);

    void expect_by(time_point deadline);
    void expect_within(std::chrono::milliseconds span);
    void pause();  // nothing is expected now
    void stop();   // for good

    // The deadline passed and what was waited for has been cancelled. Until the next expect_.
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
