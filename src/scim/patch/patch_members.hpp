// PATCH operations on the members of a group, which are stored as rows apart from the document. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "scim/patch/patch.hpp"

#include <vector>

namespace scimd::scim {

// True if the value of a remove operation lists elements to remove. RFC 7644 §3.5.2.2 defines no value there,
// but Entra and JumpCloud mean the listed members, not all members. null and "" list nothing and mean all; []
// is an empty list.
bool lists_values(const json::value* value) noexcept;

// An operation on `members`, `members[…]` or `members[…].display`.
struct membership_demand {
    patch_verb verb = patch_verb::add;
    const patch_target& target;
    const json::value* value = nullptr;  // nullptr: none
    conformance_mode mode = conformance_mode::compat;
};

// Appends the resulting membership operations. no_target: an add with a filter that names no member or, in
// strict directories, with any filter; mutability: a change of value, $ref or type of a member.
result<void> read_membership(
        const membership_demand& wanted, std::vector<membership_operation>& out, work_budget& work);

}  // namespace scimd::scim
