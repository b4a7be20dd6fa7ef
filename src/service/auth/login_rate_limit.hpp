// Rate limit of failed logins, against brute force: ten at once from an address for a client id, then one
// every six seconds. Any thread, lock-free.
//
// Names are hashed with a random key of the process into a table of fixed size, so that an attacker can
// neither exhaust memory nor choose which names collide. Names that do collide share one limit.
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

constexpr std::int64_t failures_at_once = 10;
constexpr std::chrono::seconds failure_interval{6};

// One table of failures. Successful logins do not count.
class login_rate_limit {
public:
    explicit login_rate_limit(random_source& random);

    [[nodiscard]] bool may_try(std::string_view name, time_point now) const;
    void note_failure(std::string_view name, time_point now);

private:
    static constexpr std::size_t slots = 65'536;  // of 8 bytes

    [[nodiscard]] std::atomic<std::int64_t>& slot_of(std::string_view name) const;

    std::array<std::byte, 32> key_{};
    // The time at which all failures are forgiven, in microseconds since 1970.
    std::unique_ptr<std::array<std::atomic<std::int64_t>, slots>> forgiven_at_;
};

}  // namespace scimd::service
