// How often somebody may guess wrong: ten times at once, then once in six seconds. Any thread, without a
// lock.
//
// Names are hashed with a key of this process into a table of fixed size, so that nobody can fill the memory
// or choose whom to share a place with; who does share one waits a little longer than need be.
#pragma once

#include "base/clock.hpp"
#include "base/crypto/digest.hpp"
#include "base/crypto/random.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace scimd::service {

constexpr std::int64_t guesses_at_once = 10;
constexpr std::chrono::seconds guess_interval{6};

class login_rate_limit {
public:
    explicit login_rate_limit(random_source& random);

    [[nodiscard]] bool may_try(std::string_view who, time_point now) const;
    void note_failure(std::string_view who, time_point now);

private:
    static constexpr std::size_t places = 65'536;  // of 8 bytes

    [[nodiscard]] std::atomic<std::int64_t>& place_of(std::string_view who) const;

    std::array<std::byte, 32> key_{};
    // When all guesses will be forgiven, in microseconds since 1970.
    std::unique_ptr<std::array<std::atomic<std::int64_t>, places>> forgiven_at_;
};

}  // namespace scimd::service
