// Who uses the management API: the operator, or a client. Built by api/authorize.cpp alone.
#pragma once

#include "base/id.hpp"

#include <optional>
#include <string>

namespace scimd::service {

struct manager {
    std::string name;                             // "operator", "skc_42"; empty: not known yet
    std::optional<organization_id> organization;  // that one alone; none: all of them
    bool may_write = true;
};

}  // namespace scimd::service
