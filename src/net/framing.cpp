#include "net/framing.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace scimd::net {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

// The fields that decide on framing or that two readers could take differently when sent twice. Authorization
// is not among them: a client library sends two tokens, and whoever reads them knows what to do with a
// second.
enum single_field : std::size_t {
    content_encoding,
    content_length,
    content_type,
    expect,
    host,
    if_match,
    transfer_encoding,
    single_field_count
};

constexpr std::array<std::string_view, single_field_count> single_field_names = {
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Expect",
    "Host",
    "If-Match",
    "Transfer-Encoding",
};

using single_fields = std::array<std::optional<std::string_view>, single_field_count>;

struct request_line {
    std::string_view method;
    std::string_view target;
    bool is_http_1_0 = false;
};

error bad_request(std::string_view why)
{
    return error{errc::bad_request, std::string(why)};
}

constexpr bool is_alphanumeric(char c) noexcept
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_token_character(char c) noexcept
{
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr auto token_table = [] {
    std::array<bool, 256> table{};
    for (int c = 0; c < 256; ++c)
        table[static_cast<std::size_t>(c)] = is_token_character(static_cast<char>(c));
    return table;
}();

bool is_token_byte(char c) noexcept
{
    return token_table[static_cast<unsigned char>(c)];
}

bool is_visible(char c) noexcept
{
    return c > ' ' && c < '\x7f';
}

// field-value = HTAB / SP / VCHAR / obs-text (RFC 9110 §5.5).
bool is_value_byte(char c) noexcept
{
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= ' ' && byte != 0x7f);
}

bool is_method_without_body(std::string_view method) noexcept
{
    return method == "GET" || method == "HEAD" || method == "DELETE" || method == "OPTIONS" ||
           method == "TRACE";
}

// Ten digits without a leading zero: every reader understands the same number.
bool is_content_length(std::string_view text) noexcept
{
    constexpr std::size_t digits_max = 10;
    if (text == "0")
        return true;
    if (text.empty() || text.size() > digits_max || text.front() == '0')
        return false;
    return std::ranges::all_of(text, is_digit);
}

bool is_port(std::string_view text) noexcept
{
    constexpr std::size_t digits_max = 5;
    return text.size() <= digits_max && std::ranges::all_of(text, is_digit);
}

// reg-name or IP literal, and a port (RFC 9112 §3.2). Narrower than RFC 3986: no percent-encoding, no comma
// and no user information, which are where two readers of a Host part.
bool is_host(std::string_view text) noexcept
{
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos || close < 2)
            return false;
        const auto literal = text.substr(1, close - 1);
        const auto rest = text.substr(close + 1);
        return literal.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos &&
               (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
    }
    const auto colon = text.find(':');
    const auto name = text.substr(0, colon);
    if (name.empty())
        return false;
    if (colon != std::string_view::npos && !is_port(text.substr(colon + 1)))
        return false;
    return std::ranges::all_of(name, [](char c) {
        return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == '~';
    });
}

// METHOD SP origin-form SP HTTP/1.x, one space each (RFC 9112 §3). What is inside the target is the router's
// to judge; here it must be visible ASCII without a fragment.
result<request_line> read_request_line(std::string_view line)
{
    const auto first_space = line.find(' ');
    const auto last_space = line.rfind(' ');
    if (first_space == std::string_view::npos || first_space == last_space)
        return bad_request("The request line is not METHOD SP target SP version.");

    request_line parts;
    parts.method = line.substr(0, first_space);
    parts.target = line.substr(first_space + 1, last_space - first_space - 1);
    const auto version = line.substr(last_space + 1);

    if (!is_token(parts.method))
        return bad_request("The method is not a token.");
    if (!parts.target.starts_with('/'))
        return bad_request("The request target is not in origin form.");
    if (!std::ranges::all_of(parts.target, is_visible) || parts.target.find('#') != std::string_view::npos)
        return bad_request("The request target holds a character that a URI may not hold.");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return bad_request("The version is neither HTTP/1.1 nor HTTP/1.0.");
    parts.is_http_1_0 = version == "HTTP/1.0";
    return parts;
}

result<void> read_field_line(std::string_view line, single_fields& known)
{
    // RFC 9112 §5.2: a folded line is refused, not unfolded; two readers unfold differently.
    if (line.front() == ' ' || line.front() == '\t')
        return bad_request("A header field is folded over two lines.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return bad_request("A header line has no colon.");
    const auto name = line.substr(0, colon);
    if (!is_token(name))
        return bad_request("A header field's name is not a token.");
    const auto value = trim(line.substr(colon + 1));
    if (!std::ranges::all_of(value, is_value_byte))
        return bad_request("A header field's value holds a control character.");

    for (std::size_t i = 0; i < single_field_count; ++i) {
        if (!equals_ignoring_case(name, single_field_names[i]))
            continue;
        if (known[i])
            return bad_request(std::string(single_field_names[i]) + " was sent twice.");
        known[i] = value;
        break;
    }
    return {};
}

result<single_fields> read_field_lines(std::string_view block, const limits& bounds)
{
    if (block.size() > bounds.header_bytes_max)
        return error{errc::fields_too_large, "The header is too large."};

    single_fields known;
    std::size_t fields = 0;
    while (block != line_end) {
        const auto end = block.find(line_end);
        if (end == 0 || end == std::string_view::npos)
            return bad_request("The header ends before its end.");
        if (++fields > bounds.header_fields_max)
            return error{errc::fields_too_large, "The header has too many fields."};
        if (auto read = read_field_line(block.substr(0, end), known); read.has_error())
            return read.error();
        block.remove_prefix(end + line_end.size());
    }
    return known;
}

// RFC 9112 §6.1: the one coding we know is chunked, alone. An unknown coding is 501; a list in which chunked
// is not last, or stands twice, has no length that two readers would agree on.
result<void> check_transfer_encoding(std::string_view value)
{
    if (equals_ignoring_case(value, "chunked"))
        return {};
    const auto codings = split(value, ',');
    for (std::size_t i = 0; i < codings.size(); ++i) {
        const auto coding = trim(codings[i]);
        if (!is_token(coding))
            return bad_request("Transfer-Encoding is not a list of codings.");
        const bool is_last = i + 1 == codings.size();
        if (!is_last && equals_ignoring_case(coding, "chunked"))
            return bad_request("Transfer-Encoding names chunked before the end.");
    }
    return error{errc::not_implemented, "The only transfer coding understood is chunked."};
}

result<void> check_body_framing(const request_line& line, const single_fields& known)
{
    const auto& coding = known[transfer_encoding];
    const auto& length = known[content_length];
    if (coding && length)
        return bad_request("Transfer-Encoding and Content-Length were sent together.");
    if (coding && line.is_http_1_0)
        return bad_request("HTTP/1.0 knows no Transfer-Encoding.");
    if (coding) {
        if (auto checked = check_transfer_encoding(*coding); checked.has_error())
            return checked;
    }
    if (length && !is_content_length(*length))
        return bad_request("Content-Length is not a number of at most ten digits.");

    const bool has_body = coding || (length && *length != "0");
    if (has_body && is_method_without_body(line.method))
        return bad_request(std::string(line.method) + " takes no body.");
    return {};
}

}  // namespace

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, is_token_byte);
}

std::string_view readable_target(std::string_view received) noexcept
{
    const auto line = received.substr(0, received.find(line_end));
    const auto begin = line.find(' ');
    const auto end = line.rfind(' ');
    if (begin == std::string_view::npos || end <= begin + 1 || line[begin + 1] != '/')
        return {};
    return line.substr(begin + 1, end - begin - 1);
}

result<std::size_t> find_head(std::string_view received, std::size_t scanned, const limits& bounds)
{
    // RFC 9112 §2.2 lets a server skip an empty line here; nothing in use today sends one.
    if (!received.empty() && !is_token_byte(received.front()))
        return bad_request("A request begins with its method.");

    for (auto at = received.find('\n', scanned); at != std::string_view::npos;
         at = received.find('\n', at + 1)) {
        if (at == 0 || received[at - 1] != '\r')
            return bad_request("A line ends in LF without CR.");
        if (received.substr(0, at + 1).ends_with(head_end))
            return at + 1;
    }

    const auto first_line_end = received.find(line_end);
    const bool has_line = first_line_end != std::string_view::npos;
    // Without its LF the line may already hold its CR.
    if (!has_line && received.size() > bounds.request_line_bytes_max + 1)
        return error{errc::uri_too_long, "The request line is too long."};
    if (has_line && first_line_end > bounds.request_line_bytes_max)
        return error{errc::uri_too_long, "The request line is too long."};
    if (has_line && received.size() - first_line_end - line_end.size() >= bounds.header_bytes_max)
        return error{errc::fields_too_large, "The header is too large."};
    return 0;
}

result<void> check_head(std::string_view head, const limits& bounds)
{
    if (!head.ends_with(head_end))
        return bad_request("The header does not end.");
    const auto first_line_end = head.find(line_end);
    if (first_line_end > bounds.request_line_bytes_max)
        return error{errc::uri_too_long, "The request line is too long."};

    const auto line = read_request_line(head.substr(0, first_line_end));
    if (line.has_error())
        return line.error();
    const auto known = read_field_lines(head.substr(first_line_end + line_end.size()), bounds);
    if (known.has_error())
        return known.error();
    if (auto framed = check_body_framing(*line, *known); framed.has_error())
        return framed;

    if (!(*known)[host] || !is_host(*(*known)[host]))
        return bad_request("Host is not one host name with an optional port.");
    if ((*known)[content_encoding])
        return error{errc::unsupported_media_type, "A body with a Content-Encoding is not taken."};
    const auto& expectation = (*known)[expect];
    if (expectation && !equals_ignoring_case(*expectation, "100-continue"))
        return error{errc::expectation_failed, "The only expectation met is 100-continue."};
    return {};
}

}  // namespace scimd::net
