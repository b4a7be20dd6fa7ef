#include "base/guarded_clock.hpp"

#include <time.h>
#include <utility>

namespace scimd {
namespace {

using std::chrono::microseconds;

microseconds read_clock(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return std::chrono::duration_cast<microseconds>(
            std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace

clock_source machine_clock() {
    // CLOCK_BOOTTIME rather than CLOCK_MONOTONIC, which stops while the machine is suspended: the wall clock
    // would then seem to have jumped.
    return [] { return clock_reading{time_point(read_clock(CLOCK_REALTIME)), read_clock(CLOCK_BOOTTIME)}; };
}

guarded_clock::guarded_clock(clock_source source, const clock_guard_rules& rules)
        : source_(std::move(source)), rules_(rules) {
    const auto read = source_();
    base_ = read.wall;
    base_running_ = read.running;
}

time_point guarded_clock::now() const {
    const std::lock_guard hold(lock_);
    return follow(source_());
}

void guarded_clock::resume_from(time_point newest) {
    const std::lock_guard hold(lock_);
    const auto read = source_();
    const auto ahead = read.wall - newest;
    if (!is_leap(ahead))
        return;
    if (ahead > rules_.forward_max) {
        ++leaps_;
        trusted_from_ = read.running + rules_.hold;
        return;
    }
    base_ = newest;
    base_running_ = read.running;
    static_cast<void>(follow(read));
}

guarded_clock::status guarded_clock::look() const {
    const std::lock_guard hold(lock_);
    static_cast<void>(follow(source_()));
    return {!leap_ && !trusted_from_, ahead_, leaps_, adopted_};
}

time_point guarded_clock::follow(const clock_reading& read) const {
    if (trusted_from_ && read.running >= *trusted_from_)
        trusted_from_.reset();
    const auto expected = base_ + (read.running - base_running_);
    ahead_ = read.wall - expected;
    const bool leaps = is_leap(ahead_);
    if (leaps && (!leap_ || is_leap(ahead_ - leap_->ahead))) {
        leap_ = leap{ahead_, read.running};
        ++leaps_;
    }
    if (leaps && read.running - leap_->since < rules_.hold)
        return expected;
    if (leaps)
        ++adopted_;
    leap_.reset();
    base_ = read.wall;
    base_running_ = read.running;
    ahead_ = microseconds(0);
    return read.wall;
}

bool guarded_clock::is_leap(microseconds ahead) const {
    return ahead > rules_.forward_max || ahead < -rules_.backward_max;
}

}  // namespace scimd
