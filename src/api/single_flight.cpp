#include "api/single_flight.hpp"

#include <utility>

namespace scimd::api {

std::shared_ptr<single_flight::flight> single_flight::start() {
    {
        const std::lock_guard lock(mutex_);
        if (is_running_)
            return nullptr;
        is_running_ = true;
    }
    return std::make_shared<flight>(*this);
}

bool single_flight::wait(std::function<void()> done) {
    {
        const std::lock_guard lock(mutex_);
        if (is_running_) {
            if (waiting_.size() >= waiting_max)
                return false;
            waiting_.push_back(std::move(done));
            return true;
        }
    }
    done();
    return true;
}

void single_flight::finish() {
    std::vector<std::function<void()>> waiting;
    {
        const std::lock_guard lock(mutex_);
        is_running_ = false;
        waiting.swap(waiting_);
    }
    for (const auto& done : waiting)
        done();
}

}  // namespace scimd::api
