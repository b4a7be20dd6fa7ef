#include "base/crypto/random.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace scimd {

namespace {

constexpr std::size_t chunk_bytes_max = 1 << 20;  // RAND_bytes takes an int

class system_random final : public random_source {
public:
    void fill(std::span<std::byte> bytes) override {
        while (!bytes.empty()) {
            const auto chunk = bytes.first(std::min(bytes.size(), chunk_bytes_max));
            auto* const out = reinterpret_cast<unsigned char*>(chunk.data());
            if (RAND_bytes(out, static_cast<int>(chunk.size())) != 1)
                throw std::runtime_error("the system has no random bytes to give");
            bytes = bytes.subspan(chunk.size());
        }
    }
};

}  // namespace

std::unique_ptr<random_source> make_system_random() {
    return std::make_unique<system_random>();
}

}  // namespace scimd
