// A chunked body, whatever it is, means the same in whatever pieces it arrives, and is read within its
// limits.
#include "net/http/chunked_body.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace scimd;
using namespace scimd::net;

constexpr std::size_t body_bytes_max = 4'096;
constexpr chunk_limits limits = {.header_bytes_max = 64,
        .extensions_bytes_max = 256,
        .trailer_bytes_max = 512,
        .trailer_fields_max = 4};

struct decoded {
    std::string body;
    std::size_t read = 0;  // bytes; 0 when they are refused
    bool is_done = false;
    std::string refusal;

    friend bool operator==(const decoded&, const decoded&) = default;
};

decoded decode(std::string_view text, std::size_t piece_bytes) {
    chunk_decoder decoder(limits);
    decoder.limit_body(body_bytes_max);
    decoded found;
    while (!text.empty() && !decoder.is_done()) {
        const auto piece = text.substr(0, piece_bytes);
        const auto read = decoder.put(piece, &found.body);
        if (read.has_error()) {
            found.refusal = read.error().detail;
            found.read = 0;
            return found;
        }
        // All of the piece, unless the body ends in it.
        if (*read > piece.size() || (*read < piece.size() && !decoder.is_done()))
            std::abort();
        found.read += *read;
        text.remove_prefix(*read);
    }
    found.is_done = decoder.is_done();
    return found;
}

void check(std::string_view text) {
    const auto whole = decode(text, text.size());
    if (whole.body.size() > std::min(body_bytes_max, text.size()))
        std::abort();
    if (whole.is_done && !text.substr(0, whole.read).ends_with("\r\n\r\n"))
        std::abort();
    for (const std::size_t piece_bytes : {1, 2, 3, 7})
        if (decode(text, piece_bytes) != whole)
            std::abort();

    // What follows the body is left to the next request.
    if (whole.is_done && decode(std::string(text.substr(0, whole.read)) + "GET / HTTP/1.1", 5) != whole)
        std::abort();

    // A body that is dropped is read as far as one that is kept.
    chunk_decoder dropping(limits);
    dropping.limit_body(body_bytes_max);
    const auto read = dropping.put(text, nullptr);
    if (read.has_error() == whole.refusal.empty() || (!read.has_error() && *read != whole.read))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t input_bytes_max = 64 * 1024;
    check({reinterpret_cast<const char*>(data), std::min(size, input_bytes_max)});
    return 0;
}
