// Who is asking, and what they may touch. Built by authenticate() alone (api/authenticate.cpp); every verb on
// directory data takes the directory from here.
#pragma once

#include "base/id.hpp"
#include "scim/leniency.hpp"
#include "scim/schema.hpp"
#include "store/tenants.hpp"

#include <optional>
#include <string>

namespace scimd::service {

struct caller {
    environment_id environment;
    organization_id organization;
    directory_id directory;
    secret_id token;
    std::string token_suffix;  // of the token, for people to recognize it by
    std::string provider;      // of the directory, told or detected: "OKTA", …; empty: neither
    bool is_provider_told = false;
    std::optional<store::tenants::detection> detected{};
    store::tenants::domain_policy policy = store::tenants::domain_policy::reject;
    std::string base_url;  // of the directory's SCIM endpoint, without a trailing slash
    std::string request_id;
    scim::leniency leniency = scim::leniency::compat;
    bool has_unique_group_names = true;
    const scim::catalogue* schemas = nullptr;  // never null; lives as long as the process
};

}  // namespace scimd::service
