// How a PATCH sets one sub-attribute of a complex value (RFC 7644 §3.5.2.1, §3.5.2.3). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/patch/patch.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>

namespace scimd::scim {

void erase(json::object& object, std::string_view name);

// null unassigns; a list that is added joins the one that is there. invalid_value: it becomes too long.
result<void> put(
    json::object& holder, const attribute& sub, const json::value& value, patch_verb verb, work_budget& work
);

// The same in an element of a list, where what is immutable keeps its value (mutability).
result<void> assign(
    json::object& element, const attribute& sub, const json::value& value, patch_verb verb, work_budget& work
);

}  // namespace scimd::scim
