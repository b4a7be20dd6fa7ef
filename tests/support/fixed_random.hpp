// Bytes that look random and are the same in every run with the same seed. Any thread, though the order in
// which threads draw decides who gets what.
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
