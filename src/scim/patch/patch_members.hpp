// Operations of a PATCH on the members of a group, which are rows apart from the document. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/patch/patch.hpp"

#include <vector>

namespace scimd::scim {

// Whether the value of a remove lists what to remove. RFC 7644 §3.5.2.2 knows no value there, but Entra and
// JumpCloud mean the listed members, and by no means all. null and "" say nothing; [] lists none.
bool lists_values(const json::value* value) noexcept;

// One operation on `members`, `members[…]` or `members[…].display`.
struct membership_demand {
    patch_verb verb = patch_verb::add;
    const patch_target& target;
    const json::value* value = nullptr;  // nullptr: none
    conformance_mode mode = conformance_mode::compat;
};

// Appends what it asks for. no_target: an add to a filter that names no member, or, in strict directories, to
// any filter; mutability: value, $ref or type of a member.
result<void> read_membership(
    const membership_demand& wanted, std::vector<membership_operation>& out, work_budget& work
);

}  // namespace scimd::scim
