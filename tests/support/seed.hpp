// The seed of a randomized test: another one each run, printed, and the one in SCIMD_SEED when that is set.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace scimd::test {

inline std::uint32_t seed()
{
    const char* const given = std::getenv("SCIMD_SEED");
    const auto chosen = given ? static_cast<std::uint32_t>(std::stoul(given))
                              : static_cast<std::uint32_t>(std::random_device()());
    std::cout << "SCIMD_SEED=" << chosen << '\n';
    return chosen;
}

}  // namespace scimd::test
