// Cryptographically secure random bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace scimd {

// A source of random bytes that tests can replace. Thread-safe.
class random_source {
public:
    virtual ~random_source() = default;
    virtual void fill(std::span<std::byte> bytes) = 0;  // throws when the system cannot provide any
};

// Returns OpenSSL's RAND_bytes.
std::unique_ptr<random_source> make_system_random();

}  // namespace scimd
