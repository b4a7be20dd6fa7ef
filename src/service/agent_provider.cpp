#include "service/agent_provider.hpp"

#include "base/text.hpp"

#include <string>

namespace scimd::service {
namespace {

struct known_agent {
    std::string_view part;  // in lower case
    std::string_view provider;
};

constexpr known_agent agents[] = {
    {"okta", "OKTA"},
    {"google-auto-provisioning", "GOOGLE"},
    {"onelogin", "ONELOGIN"},
    {"jumpcloud", "JUMPCLOUD"},
    {"pingone", "PING_IDENTITY"},
    {"pingfederate", "PING_IDENTITY"},
    {"auth0", "AUTH0"},
    {"azure", "MICROSOFT_AD"},
    {"microsoft", "MICROSOFT_AD"},
};

}  // namespace

std::string_view provider_of_agent(std::string_view agent)
{
    constexpr std::size_t bytes_looked_at = 100;
    const auto text = to_lower_ascii(agent.substr(0, bytes_looked_at));
    for (const auto& one : agents)
        if (text.find(one.part) != std::string::npos)
            return one.provider;
    return {};
}

}  // namespace scimd::service
