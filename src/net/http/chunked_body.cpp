#include "net/http/chunked_body.hpp"

#include "base/text.hpp"
#include "net/http/framing.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace scimd::net {
namespace {

constexpr std::size_t size_digits_max = 16;  // for 64 bits

error malformed(std::string_view why) {
    return error{errc::bad_request, "The body's chunks are malformed: " + std::string(why) + "."};
}

// Fields that RFC 9110 §6.5.1 forbids in trailers, because they would change how the message is framed,
// routed, authenticated, conditioned or read. Other trailer fields are dropped.
constexpr std::array<std::string_view, 18> forbidden_trailers = {
        "Authorization",
        "Connection",
        "Content-Encoding",
        "Content-Length",
        "Content-Range",
        "Content-Type",
        "Cookie",
        "Expect",
        "Host",
        "If-Match",
        "If-None-Match",
        "Keep-Alive",
        "Max-Forwards",
        "Prefer",
        "TE",
        "Proxy-Authorization",
        "Trailer",
        "Transfer-Encoding",
};

bool is_forbidden_trailer(std::string_view name) {
    return std::ranges::any_of(
            forbidden_trailers, [name](std::string_view one) { return equals_ignoring_case(name, one); });
}

// Removes a token from the front of `text`; false when there is none.
bool take_token(std::string_view& text) {
    std::size_t bytes = 0;
    while (bytes < text.size() && is_token(text.substr(bytes, 1)))
        ++bytes;
    text.remove_prefix(bytes);
    return bytes > 0;
}

// Removes a quoted-string (RFC 9110 §5.6.4) from the front of `text`.
bool take_quoted(std::string_view& text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

// Checks *( ";" name [ "=" value ] ). The optional white space of RFC 9112 §7.1.1 (BWS) is refused, because
// readers have been found to disagree there about where the chunk size ends.
bool is_extensions(std::string_view text) {
    while (!text.empty()) {
        if (text.front() != ';')
            return false;
        text.remove_prefix(1);
        if (!take_token(text))
            return false;
        if (!text.starts_with('='))
            continue;
        text.remove_prefix(1);
        if (!(text.starts_with('"') ? take_quoted(text) : take_token(text)))
            return false;
    }
    return true;
}

}  // namespace

result<std::size_t> chunk_decoder::put(std::string_view received, std::string* body) {
    std::size_t read = 0;
    while (read < received.size() && !is_done()) {
        if (place_ == place::data) {
            read += put_data(received.substr(read), body);
            continue;
        }
        if (auto good = put_line_byte(received[read]); good.has_error())
            return good.error();
        ++read;
    }
    return read;
}

std::size_t chunk_decoder::put_data(std::string_view received, std::string* body) {
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(left_, received.size()));
    if (body)
        body->append(received.substr(0, bytes));
    left_ -= bytes;
    if (left_ == 0)
        place_ = place::data_end;
    return bytes;
}

result<void> chunk_decoder::put_line_byte(char byte) {
    const bool follows_cr = !line_.empty() && line_.back() == '\r';
    if (follows_cr != (byte == '\n'))
        return malformed("a line ends in a CR or an LF alone");
    const bool is_line_end = byte == '\r' || byte == '\n';
    if (place_ == place::data_end && !is_line_end)
        return malformed("a chunk is longer than its size");
    const auto unsigned_byte = static_cast<unsigned char>(byte);
    const bool is_control = unsigned_byte < ' ' || unsigned_byte == 0x7f;
    if (is_control && !is_line_end && byte != '\t')
        return malformed("a line holds a control character");
    if (place_ == place::trailer && ++trailer_bytes_ > bounds_.trailer_bytes_max)
        return error{errc::fields_too_large, "The trailer section is too large."};
    if (place_ == place::header && line_.size() >= size_digits_max + bounds_.header_bytes_max && !is_line_end)
        return malformed("a chunk's header is too long");
    if (byte != '\n') {
        line_ += byte;
        return {};
    }
    line_.pop_back();
    auto ended = result<void>();
    if (place_ == place::header)
        ended = end_header();
    else if (place_ == place::trailer)
        ended = end_trailer_line();
    else
        place_ = place::header;
    line_.clear();
    return ended;
}

result<void> chunk_decoder::end_header() {
    const std::string_view line = line_;
    const auto digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
    if (digits == 0 || digits > size_digits_max)
        return malformed("a chunk's size is not a hexadecimal number");
    std::uint64_t size = 0;
    std::from_chars(line.data(), line.data() + digits, size, 16);

    const auto extensions = line.substr(digits);
    if (!is_extensions(extensions))
        return malformed("a chunk's extension is not ;name=value");
    extensions_bytes_ += extensions.size();
    if (extensions.size() > bounds_.header_bytes_max || extensions_bytes_ > bounds_.extensions_bytes_max)
        return malformed("the extensions of chunks are too long");

    if (size > body_bytes_max_ - received_)
        return error{
                errc::too_large, "The body is larger than " + std::to_string(body_bytes_max_) + " bytes."};
    received_ += size;
    left_ = size;
    place_ = size == 0 ? place::trailer : place::data;
    return {};
}

// Checks a trailer field like a header field and drops it; an empty line ends the body (RFC 9112 §7.1.2).
result<void> chunk_decoder::end_trailer_line() {
    const std::string_view line = line_;
    if (line.empty()) {
        place_ = place::done;
        return {};
    }
    if (++trailer_fields_ > bounds_.trailer_fields_max)
        return error{errc::fields_too_large, "The trailer section has too many fields."};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return malformed("a trailer field is not name: value");
    const auto name = line.substr(0, colon);
    if (is_forbidden_trailer(name))
        return malformed(std::string(name) + " may not be a trailer field");
    return {};
}

}  // namespace scimd::net
