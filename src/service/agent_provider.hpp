// Identity providers by the User-Agent that they send. Pure.
#pragma once

#include <string_view>

namespace scimd::service {

// "OKTA", …, as in directory_provider; empty: unknown. Entra sends no such field at all.
std::string_view provider_of_agent(std::string_view agent);

}  // namespace scimd::service
