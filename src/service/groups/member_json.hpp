// The members of a group as text, one after the other: a group may have more of them than fit in memory.
#pragma once

#include "base/id.hpp"
#include "base/spooled_text.hpp"
#include "scim/projection.hpp"
#include "scim/schema/schema.hpp"
#include "service/auth/caller.hpp"
#include "store/engine/transaction.hpp"

namespace scimd::service {

// Of each member what is shown.
struct member_fields {
    bool value = true;
    bool ref = true;
    bool type = true;
    bool display = true;
};

// What a projection of groups leaves of a member. `group_type` has members.
member_fields fields_of(const scim::resource_type& group_type, const scim::projection& wanted);

// Appends "members":[…] to an object that is open at its end. RFC 7643 §2.5 lets an empty list be absent, but
// identity providers read `members` of an empty group. Nothing is appended when there are members and nothing
// of them is shown.
void append_members(
    spooled_text& out,
    store::transaction& tx,
    const caller& who,
    resource_id group,
    const member_fields& fields
);

}  // namespace scimd::service
