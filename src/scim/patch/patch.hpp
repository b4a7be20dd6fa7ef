// PATCH (RFC 7644 §3.5.2): parse everything first, then apply to a document. Pure.
//
// Operations on attributes kept apart from the document (Group.members) come out as membership_ops in their
// order: they touch other data than the document's, so the two may be applied one after the other.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/filter/filter.hpp"
#include "scim/resource.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace scimd::scim {

constexpr std::size_t patch_operations_max = 1'000;
constexpr std::size_t patch_values_max = 100'000;  // elements in all values together
constexpr std::size_t patch_targets_max = 2'000;   // attributes named by all operations together

enum class patch_verb { add, remove, replace };

struct patch_target {
    // attribute.sub_attribute: after brackets or a dot. With only attribute.extension set, the extension as a
    // whole (which can be removed).
    path attribute;
    std::optional<filter> where;  // emails[…]
};

struct patch_operation {
    patch_verb verb = patch_verb::add;
    patch_target target;
    // Canonical for the target. Of a complex value only the sub-attributes sent, null to unassign them. null
    // with replace when it unassigns the target, and with remove but when that lists the elements it means.
    json::value value;
    std::size_t index = 0;  // of the operation in the request, for error messages
    conformance_mode mode =
        conformance_mode::compat;  // decides what becomes of a filter that matches nothing (C2)
};

struct add_members {
    std::vector<member> members;
};
struct remove_members {
    std::vector<std::string> values;
};  // ids as text; unknown ones are no error
struct remove_members_where {
    filter condition;
};  // over {value, display, type}
struct replace_members {
    std::vector<member> members;
};  // the whole set; empty: none stays
struct update_members_where {
    filter condition;
    std::string display;
};  // members[…].display
// RFC 7644 §3.5.2.3: no_target when no member meets the condition of a replace. `values` are the ids that it
// names, empty when it says anything else.
struct expect_member {
    filter condition;
    std::vector<std::string> values;
};
using membership_operation = std::variant<
    add_members,
    remove_members,
    remove_members_where,
    replace_members,
    update_members_where,
    expect_member>;

struct patch {
    std::vector<patch_operation> operations;
    std::vector<membership_operation> members;
    ignored_names ignored{};  // what of the body has no effect
};

// The body of a PATCH. Path-less operations have been taken apart into one per attribute (dotted and
// URN-prefixed names inside the value are paths). Errors name the operation's index: invalid_syntax (no
// Operations, unknown op), invalid_path, no_target (remove without path), mutability (an explicit read-only
// path), invalid_value, invalid_filter, too_large (a limit above). A path that names an unknown attribute is
// invalid_path in strict directories, and elsewhere where no operation names another; else the operation is
// passed over. `active` cannot be unassigned.
result<patch> parse_patch(
    const json::object& body, const resource_type& type, conformance_mode mode, work_budget& work
);

// Applies in order to a copy and normalizes; the document is unchanged on failure. Errors: no_target (a value
// filter matches nothing and cannot be made true, C2 of docs/compatibility.md), mutability, invalid_value,
// too_large (a value put in so many elements that no document could hold them).
//
// `work` is charged for operations × values × terms, and for what is copied.
//
// What turns out to have no effect goes to `ignored`.
result<json::object> apply(
    const patch& change,
    const json::object& document,
    const resource_type& type,
    work_budget& work,
    ignored_names* ignored = nullptr
);

}  // namespace scimd::scim
