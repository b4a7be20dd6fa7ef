// Operations of a PATCH on the members of a group, which are rows apart from the document. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "scim/patch.hpp"

#include <vector>

namespace scimd::scim {

// Whether the value of a remove lists what to remove. RFC 7644 §3.5.2.2 knows no value there, but Entra and
// JumpCloud mean the listed members, and by no means all. null and "" say nothing; [] lists none.
bool lists_values(const json::value* value) noexcept;

// Appends what one operation on `members`, `members[…]` or `members[…].display` asks for. `value` is nullptr
// when the operation has none. no_target: an add to a filter that names no member; mutability: value, $ref or
// type of a member.
result<void> read_membership(
    patch_verb verb,
    const patch_target& target,
    const json::value* value,
    std::vector<membership_operation>& out
);

}  // namespace scimd::scim
