#include "options/transport_security.hpp"

#include "base/network/ip_address.hpp"
#include "base/text.hpp"

#include <string_view>

namespace scimd::options {
namespace {

// Loopback addresses and names: RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. Any other name may resolve
// to another machine.
bool is_loopback(std::string_view host) {
    if (equals_ignoring_case(host, "localhost"))
        return true;
    constexpr std::uint8_t loopback_net = 127;
    const auto address = ip_address::parse(host);
    return address &&
           (address->is_v6 ? *address == *ip_address::parse("::1") : address->bytes.front() == loopback_net);
}

// The text between "//" and the port. User information ("user@host") is left in it, and so is any text behind
// an address in brackets: neither compares equal to a loopback host, and the real host may hide behind them.
std::string_view host_of(std::string_view url) {
    url.remove_prefix(url.find("//") + 2);
    const auto host = url.substr(0, url.find('/'));
    if (host.find('@') != std::string_view::npos)
        return host;
    const auto close = host.find(']');
    if (!host.starts_with('[') || close == std::string_view::npos)
        return host.substr(0, host.find(':'));
    const auto rest = host.substr(close + 1);
    return rest.empty() || rest.starts_with(':') ? host.substr(1, close - 1) : host;
}

bool is_unencrypted(std::string_view url) {
    return url.starts_with("http://") && !is_loopback(host_of(url));
}

}  // namespace

std::vector<std::string> transport_errors(const configuration& settings) {
    std::vector<std::string> errors;
    const bool is_encrypted = settings.tls || settings.is_behind_tls_proxy;
    for (const auto& at : settings.listen)
        if (!is_encrypted && !at.is_unix() && !is_loopback(at.host))
            errors.push_back(
                    "--listen " + at.text() +
                    ": beyond this machine tokens must not be sent in clear; give --tls-certificate and"
                    " --tls-key, or --behind-tls-proxy when a proxy in front of it speaks TLS");
    if (settings.is_public_url_given && is_unencrypted(settings.public_url))
        errors.push_back(
                "--public-url must be https, or http of this machine alone, for tokens are sent there; not "
                "\"" +
                settings.public_url + "\"");
    if (!settings.is_public_url_given && settings.is_behind_tls_proxy && is_unencrypted(settings.public_url))
        errors.emplace_back("--behind-tls-proxy wants --public-url, the https address of the proxy");
    return errors;
}

}  // namespace scimd::options
