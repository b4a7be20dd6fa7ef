#include "net/http/framing.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace scimd::net {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

// Fields that decide on framing, or that two readers could interpret differently when they are repeated.
// Authorization is not among them: some client library sends two tokens, and the code that reads them handles
// the second.
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

error bad_request(std::string_view why) {
    return error{errc::bad_request, std::string(why)};
}

constexpr bool is_alphanumeric(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_token_character(char c) noexcept {
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr auto token_table = [] {
    std::array<bool, 256> table{};
    for (int c = 0; c < 256; ++c)
        table[static_cast<std::size_t>(c)] = is_token_character(static_cast<char>(c));
    return table;
}();

bool is_token_byte(char c) noexcept {
    return token_table[static_cast<unsigned char>(c)];
}

bool is_visible(char c) noexcept {
    return c > ' ' && c < '\x7f';
}

// field-value = HTAB / SP / VCHAR / obs-text (RFC 9110 §5.5).
bool is_value_byte(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= ' ' && byte != 0x7f);
}

// Accepts at most ten digits without a leading zero, so that every reader understands the same number.
bool is_content_length(std::string_view text) noexcept {
    constexpr std::size_t digits_max = 10;
    if (text == "0")
        return true;
    if (text.empty() || text.size() > digits_max || text.front() == '0')
        return false;
    return std::ranges::all_of(text, is_digit);
}

bool is_port(std::string_view text) noexcept {
    constexpr std::size_t digits_max = 5;
    return text.size() <= digits_max && std::ranges::all_of(text, is_digit);
}

// Accepts a reg-name or IP literal with an optional port (RFC 9112 §3.2). This is narrower than RFC 3986:
// percent-encoding, commas and user information are refused, because two readers of a Host field may
// interpret them differently.
bool is_host(std::string_view text) noexcept {
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
    return std::ranges::all_of(
            name, [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == '~'; });
}

// The parts of a target in absolute form (RFC 9112 §3.2.2).
struct absolute_target {
    std::string_view default_port;  // of the scheme
    std::string_view authority;
    std::string_view rest;  // path and query; empty, or begins with '/' or '?'
};

// Returns nothing for a target of another scheme than http and https.
std::optional<absolute_target> split_absolute(std::string_view target) noexcept {
    constexpr std::string_view http = "http://";
    constexpr std::string_view https = "https://";
    absolute_target parts;
    if (equals_ignoring_case(target.substr(0, http.size()), http)) {
        parts.default_port = "80";
        target.remove_prefix(http.size());
    } else if (equals_ignoring_case(target.substr(0, https.size()), https)) {
        parts.default_port = "443";
        target.remove_prefix(https.size());
    } else {
        return std::nullopt;
    }
    const auto end = std::min(target.find_first_of("/?"), target.size());
    parts.authority = target.substr(0, end);
    parts.rest = target.substr(end);
    return parts;
}

// Removes an empty port and the default port of the scheme.
std::string_view without_port(std::string_view host, std::string_view default_port) noexcept {
    const auto colon = host.rfind(':');
    const auto bracket = host.rfind(']');
    const bool has_port =
            colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon);
    if (!has_port)
        return host;
    const auto port = host.substr(colon + 1);
    return port.empty() || port == default_port ? host.substr(0, colon) : host;
}

// Requires the authority of the target and the Host field to name the same host (RFC 9112 §3.2). A proxy that
// uses one and a server that uses the other would disagree about the request's host, so a difference is
// refused rather than resolved in favour of the target.
result<void> check_authority(std::string_view target, std::string_view host_field) {
    const auto absolute = split_absolute(target);
    if (!absolute)
        return {};
    if (!is_host(absolute->authority))
        return bad_request("The request target does not name one host with an optional port.");
    if (!equals_ignoring_case(without_port(absolute->authority, absolute->default_port),
                without_port(host_field, absolute->default_port)))
        return bad_request("The request target names another host than the Host field.");
    return {};
}

// Accepts an unknown minor version, which is read as the highest known one (RFC 9110 §2.5, RFC 9112 §2.3).
result<void> check_version(std::string_view version) {
    constexpr std::string_view name = "HTTP/";
    const bool is_version = version.size() == name.size() + 3 && version.starts_with(name) &&
                            is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
    if (!is_version || version[5] == '0')
        return bad_request("The version is not HTTP/1.1 or HTTP/1.0.");
    if (version[5] != '1')
        return error{errc::http_version_not_supported, "The only major version understood is HTTP/1."};
    return {};
}

// Parses METHOD SP target SP HTTP/1.x, with exactly one space each (RFC 9112 §3). The router interprets the
// target; here it must be visible ASCII without a fragment.
result<request_line> read_request_line(std::string_view line) {
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
    const bool is_asterisk = parts.target == "*" && parts.method == "OPTIONS";
    if (!parts.target.starts_with('/') && !is_asterisk && !split_absolute(parts.target))
        return bad_request("The request target is neither a path nor an absolute URI.");
    if (!std::ranges::all_of(parts.target, is_visible) || parts.target.find('#') != std::string_view::npos)
        return bad_request("The request target holds a character that a URI may not hold.");
    if (auto known = check_version(version); known.has_error())
        return known.error();
    parts.is_http_1_0 = version == "HTTP/1.0";
    return parts;
}

result<void> read_field_line(std::string_view line, single_fields& known) {
    // Folded lines (obs-fold) are refused, not unfolded, because readers unfold them differently (RFC 9112
    // §5.2).
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

result<single_fields> read_field_lines(std::string_view block, const limits& bounds) {
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

// Accepts chunked as the only coding (RFC 9112 §6.1). An unknown coding is answered with 501. A list in which
// chunked is repeated or is not last gives no length on which two readers would agree.
result<void> check_transfer_encoding(std::string_view value) {
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

result<void> check_body_framing(const request_line& line, const single_fields& known) {
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

    return {};
}

}  // namespace

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_token_byte);
}

std::string_view readable_target(std::string_view received) noexcept {
    const auto line = received.substr(0, received.find(line_end));
    const auto begin = line.find(' ');
    const auto end = line.rfind(' ');
    if (begin == std::string_view::npos || end <= begin + 1)
        return {};
    const auto target = line.substr(begin + 1, end - begin - 1);
    const auto absolute = split_absolute(target);
    const auto path = absolute ? absolute->rest : target;
    return path.starts_with('/') ? path : std::string_view();
}

std::string_view http1_required_frames() noexcept {
    // frame header: length (3 bytes), type, flags, stream (4); GOAWAY payload: last stream (4), error code
    // (4)
    return {"\0\0\0\x4\0\0\0\0\0"
            "\0\0\x8\x7\0\0\0\0\0\0\0\0\0\0\0\0\xd",
            26};
}

std::string origin_form(std::string_view method, std::string_view target) {
    const auto absolute = split_absolute(target);
    if (!absolute)
        return std::string(target);
    if (absolute->rest.starts_with('/'))
        return std::string(absolute->rest);
    if (absolute->rest.empty() && method == "OPTIONS")
        return "*";
    return "/" + std::string(absolute->rest);
}

std::string with_known_version(std::string_view head) {
    const auto minor = head.find(line_end) - 1;
    if (head[minor] == '0' || head[minor] == '1')
        return {};
    std::string known(head);
    known[minor] = '1';
    return known;
}

bool ignores_body(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" || method == "DELETE" || method == "OPTIONS" ||
           method == "TRACE";
}

result<std::size_t> find_head(std::string_view received, std::size_t scanned, const limits& bounds) {
    // RFC 9112 §2.2 allows a server to skip an empty line here; no client in use today sends one.
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
    // A line whose LF is missing may already hold its CR.
    if (!has_line && received.size() > bounds.request_line_bytes_max + 1)
        return error{errc::uri_too_long, "The request line is too long."};
    if (has_line && first_line_end > bounds.request_line_bytes_max)
        return error{errc::uri_too_long, "The request line is too long."};
    if (has_line && received.size() - first_line_end - line_end.size() >= bounds.header_bytes_max)
        return error{errc::fields_too_large, "The header is too large."};
    return 0;
}

result<void> check_head(std::string_view head, const limits& bounds) {
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
    if (auto named = check_authority(line->target, *(*known)[host]); named.has_error())
        return named;
    if ((*known)[content_encoding])
        return error{errc::unsupported_media_type, "A body with a Content-Encoding is not taken."};
    const auto& expectation = (*known)[expect];
    if (expectation && !equals_ignoring_case(*expectation, "100-continue"))
        return error{errc::expectation_failed, "The only expectation met is 100-continue."};
    return {};
}

}  // namespace scimd::net
