// The budget of a fuzzed input. What reads input takes steps in proportion to it, so no input comes near the
// limit; what applies one list to another may, and then ends with an error.
#pragma once

#include "base/work_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace scimd::fuzz {

constexpr std::size_t input_bytes_max = 64 * 1024;
constexpr std::uint64_t steps_max = 50'000'000;  // 50 milliseconds of an optimized build

// Steps for a byte of input that is read by everything that a request goes through before it is applied.
constexpr std::uint64_t byte_steps_max = 500;

// For work that must be in proportion to its input.
template <class Part>
void in_proportion(std::size_t bytes, Part part) {
    work_budget work(byte_steps_max * bytes + 10'000);
    try {
        part(work);
    } catch (const work_limit_exceeded&) {
        std::abort();
    }
}

// For work that may be too much.
template <class Part>
void within_budget(Part part) {
    work_budget work(steps_max);
    try {
        part(work);
    } catch (const work_limit_exceeded&) {
        return;
    }
    if (work.used() > steps_max)
        std::abort();
}

}  // namespace scimd::fuzz
