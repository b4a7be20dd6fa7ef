// A deterministic random source: every run with the same seed yields the same bytes. Any thread; with several
// threads the result depends on the order of their calls.
#pragma once

#include "base/crypto/random.hpp"

#include <cstdint>
#include <mutex>
#include <random>

namespace scimd::test {

class fixed_random final : public random_source {
public:
    explicit fixed_random(std::uint64_t seed = 1);

    void fill(std::span<std::byte> bytes) override;

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;  // its sequence is fixed by the C++ standard
};

}  // namespace scimd::test
