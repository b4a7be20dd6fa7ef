// Entry point for bodies of clients: checks (strict) or rewrites (quirks) a body as the directory's
// conformance mode requires, then parses it. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/patch/patch.hpp"
#include "scim/resource.hpp"
#include "scim/schema/schema.hpp"

namespace scimd::scim {

// Reads the body of a POST or PUT. Errors: those of read_body; in a strict directory those of
// strict::check_resource first.
result<parsed_body> read_resource(
        json::object body, const resource_type& type, conformance_mode mode, work_budget& work);

// Reads the body of a PATCH. Errors: those of parse_patch; in a strict directory those of strict::check_patch
// first.
result<patch> read_patch(
        json::object body, const resource_type& type, conformance_mode mode, work_budget& work);

}  // namespace scimd::scim
