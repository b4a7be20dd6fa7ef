#include "support/fixed_random.hpp"

namespace scimd::test {

fixed_random::fixed_random(std::uint64_t seed) : engine_(seed) {}

void fixed_random::fill(std::span<std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(engine_() & 0xff);
}

}  // namespace scimd::test
