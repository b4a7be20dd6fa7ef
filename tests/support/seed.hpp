// The seed of a randomized test: random, and printed; or the value of SCIMD_SEED, to repeat a run.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace scimd::test {

inline std::uint32_t seed() {
    const char* const given = std::getenv("SCIMD_SEED");
    const auto chosen = given ? static_cast<std::uint32_t>(std::stoul(given))
                              : static_cast<std::uint32_t>(std::random_device()());
    std::cout << "SCIMD_SEED=" << chosen << '\n';
    return chosen;
}

}  // namespace scimd::test
