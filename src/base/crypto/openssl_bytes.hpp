// Conversion of texts and buffers to the pointer types of OpenSSL's C functions.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace scimd {

inline const unsigned char* raw(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* raw(std::span<std::byte> bytes) noexcept {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace scimd
