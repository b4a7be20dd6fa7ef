// The authenticated callers: of SCIM, with the directory that it may use, and of the management API.
#pragma once

#include "base/id.hpp"
#include "base/work_budget.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/auth/caller_kinds.hpp"
#include "service/events/event_source.hpp"
#include "service/request_log/request_trace.hpp"
#include "store/tenants.hpp"

#include <optional>
#include <string>

namespace scimd::service {

class quota_policy;

// The caller of a SCIM request. Only authenticate() (api/auth/authenticate.cpp) and caller_for() make one;
// every function on directory data takes the directory from it, so that no tenant sees the data of another. A
// value.
struct caller {
    environment_id environment;
    organization_id organization;
    directory_id directory;
    secret_id token;
    std::string token_suffix;           // last characters of the token, for people to recognize it by
    std::optional<resource_id> user{};  // whose token it is; empty: the token is the directory's
    std::string provider;               // of the directory, configured or detected: "OKTA", …; empty: neither
    bool is_provider_configured = false;
    std::optional<store::tenants::detection> detected{};
    store::tenants::domain_policy policy = store::tenants::domain_policy::reject;
    store::tenants::domain_gate_scope gate_scope = store::tenants::domain_gate_scope::primary;
    std::string base_url;  // of the directory's SCIM endpoint, without a trailing slash
    std::string request_id;
    scim::conformance_mode mode = scim::conformance_mode::compat;
    bool has_unique_group_names = true;
    bool ignores_unknown_members = false;
    int patch_status = 200;                      // of a PATCH that requests no attributes
    const scim::catalogue* schemas = nullptr;    // never null; lives as long as the process
    std::optional<event_source> on_behalf_of{};  // source of a change made without a token of the directory
    request_trace* trace = nullptr;         // records what the request does, for the request log; may be null
    work_budget* work = &unlimited_work();  // CPU budget of the request; never null
    quota_policy* quotas = nullptr;         // limits of the directory; nullptr: none
};

// The source of the events about a caller's changes.
inline event_source event_source_of(const caller& caller) {
    if (caller.on_behalf_of)
        return *caller.on_behalf_of;
    if (caller.user)
        return {caller.environment, "scim",
                {"directory_user", user_id_text(*caller.user), caller.token_suffix}, caller.request_id};
    return {caller.environment, "scim", {"directory_token", caller.token.text(), caller.token_suffix},
            caller.request_id};
}

// A caller for changes that a management request or a job makes in a directory.
inline caller caller_for(const event_source& source, const store::tenants::directory& directory,
        const scim::catalogue_set& schemas) {
    caller made;
    made.environment = source.environment;
    made.organization = directory.organization;
    made.directory = directory.id;
    made.provider = directory.effective_provider();
    made.policy = directory.policy;
    made.gate_scope = directory.gate_scope;
    made.has_unique_group_names = directory.has_unique_group_names;
    made.ignores_unknown_members = directory.unknown == store::tenants::unknown_members::ignore;
    made.request_id = source.request_id;
    made.schemas = &schemas.of(directory.schemas);
    made.on_behalf_of = source;
    return made;
}

// The caller of a management request: the operator, an API client, or later a session of the admin portal.
// Only api/auth/authorize.cpp makes one. A value.
struct manager {
    caller_kind kind = caller_kind::anonymous;
    std::string name;                             // "operator", "skc_42"; empty: not known
    std::optional<organization_id> organization;  // the only one it may use; empty: all
    scope_set scopes;                             // granted by its token

    // Whether it may decide about more than one organization.
    [[nodiscard]] bool is_of_environment() const { return environment_side.contains(kind); }
};

}  // namespace scimd::service
