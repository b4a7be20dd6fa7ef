// Decoder for chunked transfer coding (RFC 9112 §7.1). It is strict, because a second reader that ends a
// chunk elsewhere would take part of a body for a request (request smuggling). Pure logic; not thread-safe,
// one object per body.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace scimd::net {

struct chunk_limits {
    std::size_t header_bytes_max;      // extensions of one chunk
    std::size_t extensions_bytes_max;  // extensions of all chunks of a body
    std::size_t trailer_bytes_max;     // the trailer section, line ends included
    std::size_t trailer_fields_max;
};

class chunk_decoder {
public:
    explicit chunk_decoder(const chunk_limits& bounds) : bounds_(bounds) {}

    // Sets the size at which a body becomes too_large.
    void limit_body(std::size_t bytes_max) { body_bytes_max_ = bytes_max; }

    // Reads `received` up to its end or the end of the body and returns the number of bytes read. Data is
    // appended to `body`, or dropped when `body` is null. Malformed input is refused at its first wrong byte;
    // put() must not be called after a refusal.
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
    std::string line_;            // the current line so far, its CR included
    std::uint64_t left_ = 0;      // bytes of the current chunk that are still to come
    std::uint64_t received_ = 0;  // data of all chunks begun, at their announced sizes
    std::size_t extensions_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
    std::size_t trailer_fields_ = 0;
};

}  // namespace scimd::net
