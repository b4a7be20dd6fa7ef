// Who uses the management API: the operator, a client, or later a session of the portal. Built by
// api/auth/authorize.cpp alone.
#pragma once

#include "base/id.hpp"
#include "service/auth/caller_kinds.hpp"

#include <optional>
#include <string>

namespace scimd::service {

struct manager {
    caller_kind kind = caller_kind::anonymous;
    std::string name;                             // "operator", "skc_42"; empty: not known yet
    std::optional<organization_id> organization;  // that one alone; none: all of them
    scope_set scopes;                             // what its token grants

    // Whether it may decide what is not an organization's own to decide.
    [[nodiscard]] bool is_of_environment() const { return environment_side.contains(kind); }
};

}  // namespace scimd::service
