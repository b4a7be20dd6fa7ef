#include "service/webhooks/webhook_url.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace scimd::service::webhooks {

namespace {

constexpr std::size_t host_bytes_max = 253;
constexpr std::size_t label_bytes_max = 63;
constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t http_port = 80;

error invalid(std::string reason) {
    return {errc::invalid_value, "url " + std::move(reason)};
}

bool is_label_character(char letter) {
    return is_digit(letter) || (letter >= 'a' && letter <= 'z') || letter == '-' || letter == '_';
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= label_bytes_max && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, is_label_character);
}

// Some parsers read a name as an IPv4 address when its last label starts with a digit: "0x7f.1", "127.1".
bool is_host_name(std::string_view host) {
    if (host.empty() || host.size() > host_bytes_max)
        return false;
    const auto labels = split(host, '.');
    return std::ranges::all_of(labels, is_label) && !is_digit(labels.back().front());
}

// The characters that RFC 3986 allows after the host, percent-encoding included.
bool is_path_character(char letter) {
    constexpr std::string_view marks = "-._~:/?@!$&'()*+,;=%[]";
    const char lower = to_lower_ascii(letter);
    return is_digit(letter) || (lower >= 'a' && lower <= 'z') || marks.find(letter) != std::string_view::npos;
}

result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, port);
    const bool has_zero = text.starts_with('0');
    if (text.empty() || has_zero || read.ec != std::errc() || read.ptr != end)
        return invalid("has no valid port.");
    return port;
}

struct authority {
    std::string_view host;
    std::optional<std::string_view> port;
    bool is_bracketed = false;
};

result<authority> split_authority(std::string_view text) {
    if (text.find('@') != std::string_view::npos)
        return invalid("must not have a user name or a password.");
    authority parts;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return invalid("has no valid host.");
        parts.host = text.substr(1, end - 1);
        parts.is_bracketed = true;
        text.remove_prefix(end + 1);
    } else {
        parts.host = text.substr(0, text.find(':'));
        text.remove_prefix(parts.host.size());
    }
    if (text.starts_with(':'))
        parts.port = text.substr(1);
    else if (!text.empty())
        return invalid("has no valid host.");
    return parts;
}

result<void> read_host(const authority& from, const target_rules& rules, endpoint_url& into) {
    into.host = to_lower_ascii(from.host);
    into.literal = ip_address::parse(from.host);
    const bool is_address = into.literal && into.literal->is_v6 == from.is_bracketed;
    if (!is_address && (from.is_bracketed || !is_host_name(into.host)))
        return invalid(
                "must have a host name of ASCII letters, digits and hyphens, or a plain address. Other "
                "scripts "
                "are "
                "written as \"xn--…\".");
    if (into.literal)
        if (const auto kind = rules.addresses.why_not(*into.literal); !kind.empty())
            return invalid("must not lead to a " + std::string(kind) + " address.");
    const bool is_local = into.host == "localhost" || into.host.ends_with(".localhost");
    if (is_local && !rules.addresses.allows_private)
        return invalid("must not lead to a loopback address.");
    return {};
}

result<void> read_port(const authority& from, const target_rules& rules, endpoint_url& into) {
    into.port = into.is_https ? https_port : http_port;
    if (from.port) {
        const auto port = parse_port(*from.port);
        if (!port)
            return port.error();
        into.port = *port;
    }
    const bool is_allowed = std::ranges::find(rules.ports, into.port) != rules.ports.end();
    if (!is_allowed && !rules.addresses.allows_private)
        return invalid("must not have the port " + std::to_string(into.port) + ".");
    return {};
}

}  // namespace

result<endpoint_url> endpoint_url::parse(std::string_view text, const target_rules& rules) {
    if (text.empty() || text.size() > url_bytes_max)
        return invalid("must have 1 to " + std::to_string(url_bytes_max) + " bytes.");
    endpoint_url made;
    made.text = text;
    made.is_https = starts_with_ignoring_case(text, "https://");
    const bool is_http = starts_with_ignoring_case(text, "http://");
    if (!made.is_https && !(is_http && rules.addresses.allows_private))
        return invalid("must begin with https://.");
    text.remove_prefix(text.find("//") + 2);
    if (text.find('#') != std::string_view::npos)
        return invalid("must not have a fragment.");
    const auto rest = text.substr(std::min(text.size(), text.find_first_of("/?\\")));
    if (!std::ranges::all_of(rest, is_path_character))
        return invalid("has a character that must be percent-encoded.");
    const auto parts = split_authority(text.substr(0, text.size() - rest.size()));
    if (!parts)
        return parts.error();
    if (const auto host = read_host(*parts, rules, made); !host)
        return host.error();
    if (const auto port = read_port(*parts, rules, made); !port)
        return port.error();
    return made;
}

}  // namespace scimd::service::webhooks
