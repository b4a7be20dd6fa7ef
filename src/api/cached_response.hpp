// A cached response body that is the same for all clients for a while.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace scimd::api {

// Any thread.
class cached_response {
public:
    // The body; nullptr: none is cached, or it is too old.
    [[nodiscard]] std::shared_ptr<const std::string> find(time_point now) const {
        const std::lock_guard guard(mutex_);
        return body_ && made_ <= now && now < until_ ? body_ : nullptr;
    }

    // Must be read before the data that the body is made from.
    [[nodiscard]] std::uint64_t generation() const {
        const std::lock_guard guard(mutex_);
        return generation_;
    }

    // Keeps a body, unless forget() was called since `generation`.
    void keep(std::string body, time_point now, time_point until, std::uint64_t generation) {
        auto kept = std::make_shared<const std::string>(std::move(body));
        const std::lock_guard guard(mutex_);
        if (generation != generation_)
            return;
        body_ = std::move(kept);
        made_ = now;
        until_ = until;
    }

    void forget() {
        const std::lock_guard guard(mutex_);
        ++generation_;
        body_ = nullptr;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const std::string> body_;
    time_point made_{};
    time_point until_{};
    std::uint64_t generation_ = 0;
};

}  // namespace scimd::api
