// The decoder of chunked bodies (RFC 9112 §7.1): strict, because a second reader that ends a chunk elsewhere
// would take part of a body for a request. Pure.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace scimd::net {

struct chunk_limits {
    std::size_t header_bytes_max;      // of the extensions of one chunk
    std::size_t extensions_bytes_max;  // of those of all chunks of a body
    std::size_t trailer_bytes_max;     // of the trailer section, with its line ends
    std::size_t trailer_fields_max;
};

class chunk_decoder {
public:
    explicit chunk_decoder(const chunk_limits& bounds) : bounds_(bounds) {}

    // A body of more bytes is too_large.
    void limit_body(std::size_t bytes_max) { body_bytes_max_ = bytes_max; }

    // Reads from the front of `received` until its end or the end of the body, and says how many bytes it has
    // read. Data is appended to `body`, or dropped when there is none. What is malformed is refused with its
    // first wrong byte. Not to be called again after a refusal.
    result<std::size_t> put(std::string_view received, std::string* body);

    [[nodiscard]] bool is_done() const noexcept { return place_ == place::done; }

private:
    enum class place { header, data, data_end, trailer, done };

    result<void> put_line_byte(char byte);
    result<void> end_header();
    result<void> end_trailer_line();
    std::size_t put_data(std::string_view received, std::string* body);

    const chunk_limits bounds_;
    std::uint64_t body_bytes_max_ = UINT64_MAX;
    place place_ = place::header;
    std::string line_;            // as far as it has come, its CR included
    std::uint64_t left_ = 0;      // of the chunk's data
    std::uint64_t received_ = 0;  // data of the chunks before, and of this one as announced
    std::size_t extensions_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
    std::size_t trailer_fields_ = 0;
};

}  // namespace scimd::net
