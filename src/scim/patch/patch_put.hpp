// Setting one sub-attribute of a complex value by PATCH (RFC 7644 §3.5.2.1, §3.5.2.3). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/patch/patch.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>

namespace scimd::scim {

void erase(json::object& object, std::string_view name);

// Sets a member of an object; null removes it, and add appends to an existing list. invalid_value: the list
// becomes too long.
result<void> put(
    json::object& holder, const attribute& sub, const json::value& value, patch_verb verb, work_budget& work
);

// Like put(), for an element of a list, where an immutable sub-attribute keeps its value (mutability).
result<void> assign(
    json::object& element, const attribute& sub, const json::value& value, patch_verb verb, work_budget& work
);

}  // namespace scimd::scim
