#include "support/manual_clock.hpp"

namespace scimd::test {

manual_clock::manual_clock(time_point start) : microseconds_(start.time_since_epoch().count()) {}

time_point manual_clock::now() const {
    return time_point(std::chrono::microseconds(microseconds_.load()));
}

void manual_clock::set(time_point now) {
    microseconds_.store(now.time_since_epoch().count());
}

void manual_clock::advance(std::chrono::microseconds amount) {
    microseconds_.fetch_add(amount.count());
}

}  // namespace scimd::test
