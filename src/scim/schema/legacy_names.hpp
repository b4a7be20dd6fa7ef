// Names that older versions of SCIM and some identity providers have for what RFC 7643 and RFC 7644 call
// otherwise: one table, used wherever a name may stand. Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/schema/schema.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace scimd::scim {

// The name with the URN of the schema that is meant: "urn:scim:schemas:extension:enterprise:1.0:manager" is
// "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager". Empty for every other name.
std::optional<std::string> standard_name(std::string_view name, const resource_type& type);

// RFC 7643 §3.1: the sub-attribute of that name, also by the name that SCIM 1.1 has for it (managerId).
const attribute* find_sub_attribute(const attribute& of, std::string_view name) noexcept;

// Whether an element of `schemas` is the URN of that message (RFC 7644 §8.2); but in strict directories, also
// as some clients write it, with that of the core schemas: "urn:ietf:params:scim:schemas:core:2.0:PatchOp".
bool is_message(const json::value& element, std::string_view urn, conformance_mode mode) noexcept;

}  // namespace scimd::scim
