#include "net/server/deadline_timer.hpp"

#include <utility>

namespace scimd::net {

deadline_timer::deadline_timer(std::shared_ptr<transport> wire)
        : wire_(std::move(wire)), timer_(wire_->executor()) {}

void deadline_timer::expect_by(time_point deadline) {
    deadline_ = deadline;
    is_late_ = false;
    if (deadline_ < fires_at_)
        arm();
}

void deadline_timer::expect_within(std::chrono::milliseconds span) {
    expect_by(std::chrono::steady_clock::now() + span);
}

void deadline_timer::pause() {
    deadline_ = time_point::max();
}

void deadline_timer::stop() {
    deadline_ = time_point::max();
    timer_.cancel();
}

void deadline_timer::arm() {
    fires_at_ = deadline_;
    timer_.expires_at(deadline_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
        if (!failure)
            self->look();
    });
}

void deadline_timer::look() {
    fires_at_ = time_point::max();
    if (deadline_ == time_point::max())
        return;
    if (std::chrono::steady_clock::now() < deadline_) {
        arm();
        return;
    }
    is_late_ = true;
    wire_->cancel();
}

}  // namespace scimd::net
