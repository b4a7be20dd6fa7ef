// Legacy names: names of older SCIM versions and of some identity providers for what RFC 7643 and RFC 7644
// call otherwise. One table for all places in which a name may occur. Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/schema/schema.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace scimd::scim {

// Returns the standard name with its schema's URN: "urn:scim:schemas:extension:enterprise:1.0:manager" is
// "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager". Empty for every other name.
std::optional<std::string> standard_name(std::string_view name, const resource_type& type);

// Finds a sub-attribute (RFC 7643 §3.1), also by its name in SCIM 1.1 (managerId).
const attribute* find_sub_attribute(const attribute& of, std::string_view name) noexcept;

// True if an element of `schemas` is the URN of that message (RFC 7644 §8.2). Unless the directory is strict,
// the form with the prefix of the core schemas that some clients write is accepted as well:
// "urn:ietf:params:scim:schemas:core:2.0:PatchOp".
bool is_message(const json::value& element, std::string_view urn, conformance_mode mode) noexcept;

}  // namespace scimd::scim
