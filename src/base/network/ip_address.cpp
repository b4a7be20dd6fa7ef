#include "base/network/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace scimd {

std::optional<ip_address> ip_address::parse(std::string_view text)
{
    constexpr std::size_t text_bytes_max = INET6_ADDRSTRLEN;
    if (text.size() > text_bytes_max || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    ip_address parsed{.is_v6 = text.find(':') != std::string_view::npos};
    const int family = parsed.is_v6 ? AF_INET6 : AF_INET;
    // inet_pton is strict (inet_aton is not).
    if (inet_pton(family, std::string(text).c_str(), parsed.bytes.data()) != 1)
        return std::nullopt;
    return parsed;
}

std::string ip_address::text() const
{
    std::array<char, INET6_ADDRSTRLEN> out{};
    inet_ntop(is_v6 ? AF_INET6 : AF_INET, bytes.data(), out.data(), out.size());
    return out.data();
}

}  // namespace scimd
