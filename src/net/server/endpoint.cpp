#include "net/server/endpoint.hpp"

#include <charconv>
#include <system_error>

namespace scimd::net {
namespace {

constexpr std::string_view unix_prefix = "unix:";

error not_an_endpoint(std::string_view text) {
    return error{errc::invalid_value,
            "\"" + std::string(text) + "\" is neither HOST:PORT, [IPV6]:PORT nor unix:PATH."};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, port);
    if (failure != std::errc() || rest != end)
        return std::nullopt;
    return port;
}

}  // namespace

result<endpoint> endpoint::parse(std::string_view text) {
    endpoint parsed;
    if (text.starts_with(unix_prefix)) {
        parsed.unix_path = text.substr(unix_prefix.size());
        if (parsed.unix_path.empty())
            return not_an_endpoint(text);
        return parsed;
    }

    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return not_an_endpoint(text);
    auto host = text.substr(0, colon);
    const auto port = parse_port(text.substr(colon + 1));
    if (!port)
        return not_an_endpoint(text);
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
    if (is_bracketed)
        host = host.substr(1, host.size() - 2);
    const bool has_colon = host.find(':') != std::string_view::npos;
    if (has_colon != is_bracketed || host.find_first_of("[]") != std::string_view::npos)
        return not_an_endpoint(text);

    parsed.host = host;
    parsed.port = *port;
    return parsed;
}

std::string endpoint::text() const {
    if (is_unix())
        return std::string(unix_prefix) + unix_path.string();
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace scimd::net
