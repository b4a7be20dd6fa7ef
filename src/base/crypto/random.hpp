// Unpredictable bytes. Any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace scimd {

class random_source {
public:
    virtual ~random_source() = default;
    virtual void fill(std::span<std::byte> bytes) = 0;  // throws when the system has none to give
};

// OpenSSL's RAND_bytes.
std::unique_ptr<random_source> make_system_random();

}  // namespace scimd
