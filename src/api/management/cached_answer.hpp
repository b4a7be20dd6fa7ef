// The body of an answer that is the same for all who ask, for a while.
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
    // Null: there is none.
    [[nodiscard]] std::shared_ptr<const std::string> find(time_point now) const
    {
        const std::lock_guard hold(mutex_);
        return body_ && made_ <= now && now < until_ ? body_ : nullptr;
    }

    // To be asked for before that is read from which the body is made.
    [[nodiscard]] std::uint64_t generation() const
    {
        const std::lock_guard hold(mutex_);
        return generation_;
    }

    // Unless forget() has come since `generation`.
    void keep(std::string body, time_point now, time_point until, std::uint64_t generation)
    {
        auto kept = std::make_shared<const std::string>(std::move(body));
        const std::lock_guard hold(mutex_);
        if (generation != generation_)
            return;
        body_ = std::move(kept);
        made_ = now;
        until_ = until;
    }

    void forget()
    {
        const std::lock_guard hold(mutex_);
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
