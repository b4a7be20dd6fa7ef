// The authenticated user of the management API: the operator, an API client, or later a session of the admin
// portal. Only api/auth/authorize.cpp makes one. A value.
#pragma once

#include "base/id.hpp"
#include "service/auth/caller_kinds.hpp"

#include <optional>
#include <string>

namespace scimd::service {

struct manager {
    caller_kind kind = caller_kind::anonymous;
    std::string name;                             // "operator", "skc_42"; empty: not known
    std::optional<organization_id> organization;  // the only one it may use; empty: all
    scope_set scopes;                             // granted by its token

    // Whether it may decide about more than one organization.
    [[nodiscard]] bool is_of_environment() const { return environment_side.contains(kind); }
};

}  // namespace scimd::service
