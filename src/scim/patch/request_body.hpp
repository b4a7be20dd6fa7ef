// The way in for bodies of clients: refused or rewritten as the directory wants it, then read. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/patch/patch.hpp"
#include "scim/resource.hpp"
#include "scim/schema/schema.hpp"

namespace scimd::scim {

// The body of a POST or PUT. Errors: those of read_body, in a strict directory those of
// strict::check_resource before.
result<parsed_body> read_resource(
    json::object body, const resource_type& type, conformance_mode mode, work_budget& work
);

// The body of a PATCH. Errors: those of parse_patch, in a strict directory those of strict::check_patch
// before.
result<patch> read_patch(
    json::object body, const resource_type& type, conformance_mode mode, work_budget& work
);

}  // namespace scimd::scim
