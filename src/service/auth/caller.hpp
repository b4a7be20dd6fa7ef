// Who is asking, and what they may touch. Built by authenticate() alone (api/auth/authenticate.cpp); every
// verb on directory data takes the directory from here.
#pragma once

#include "base/id.hpp"
#include "base/work_budget.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/events/event_source.hpp"
#include "service/request_log/request_trace.hpp"
#include "store/tenants.hpp"

#include <optional>
#include <string>

namespace scimd::service {

class quota_policy;

struct caller {
    environment_id environment;
    organization_id organization;
    directory_id directory;
    secret_id token;
    std::string token_suffix;           // of the token, for people to recognize it by
    std::optional<resource_id> user{};  // for whom the token stands; empty: for the directory
    std::string provider;               // of the directory, told or detected: "OKTA", …; empty: neither
    bool is_provider_told = false;
    std::optional<store::tenants::detection> detected{};
    store::tenants::domain_policy policy = store::tenants::domain_policy::reject;
    store::tenants::domain_gate_scope gate_scope = store::tenants::domain_gate_scope::primary;
    std::string base_url;  // of the directory's SCIM endpoint, without a trailing slash
    std::string request_id;
    scim::conformance_mode mode = scim::conformance_mode::compat;
    bool has_unique_group_names = true;
    bool ignores_unknown_members = false;
    int patch_status = 200;                      // of one for which no attributes are asked
    const scim::catalogue* schemas = nullptr;    // never null; lives as long as the process
    std::optional<event_source> on_behalf_of{};  // of a change that no token of the directory makes
    request_trace* trace = nullptr;              // where it is noted what is done; nullptr: nowhere
    work_budget* work = &unlimited_work();  // of the request, charged for all that is computed; never null
    quota_policy* quotas = nullptr;         // that changes are held to; nullptr: to none
};

// Who the events of a caller's changes name.
inline event_source origin_of(const caller& who)
{
    if (who.on_behalf_of)
        return *who.on_behalf_of;
    if (who.user)
        return {
            who.environment,
            "scim",
            {"directory_user", user_id_text(*who.user), who.token_suffix},
            who.request_id
        };
    return {who.environment, "scim", {"directory_token", who.token.text(), who.token_suffix}, who.request_id};
}

// For changes in a directory that a management request or a job makes.
inline caller caller_for(
    const event_source& from, const store::tenants::directory& where, const scim::catalogue_set& schemas
)
{
    caller who;
    who.environment = from.environment;
    who.organization = where.organization;
    who.directory = where.id;
    who.provider = where.effective_provider();
    who.policy = where.policy;
    who.gate_scope = where.gate_scope;
    who.has_unique_group_names = where.has_unique_group_names;
    who.ignores_unknown_members = where.unknown == store::tenants::unknown_members::ignore;
    who.request_id = from.request_id;
    who.schemas = &schemas.of(where.schemas);
    who.on_behalf_of = from;
    return who;
}

}  // namespace scimd::service
