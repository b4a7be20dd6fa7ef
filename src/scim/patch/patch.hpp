// PATCH (RFC 7644 §3.5.2): parses a request completely, then applies it to a document. Pure.
//
// Operations on attributes that are kept apart from the document (Group.members) become
// membership_operations, in order. They concern other data than the document does, so the two kinds may be
// applied one after the other.
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

// The target of an operation.
struct patch_target {
    // attribute.sub_attribute, after brackets or a dot. If only attribute.extension is set, the target is the
    // whole extension (which can be removed).
    path attribute;
    std::optional<filter> where;  // emails[…]
};

// One operation on the document.
struct patch_operation {
    patch_verb verb = patch_verb::add;
    patch_target target;
    // Canonical for the target. A complex value has only the sub-attributes that were sent, null to unassign
    // them. null: for replace, the target is unassigned; for remove, there is no list of elements to remove.
    json::value value;
    std::size_t index = 0;  // index of the operation in the request, for error messages
    // Decides what a filter without matches does (C2 of docs/compatibility.md).
    conformance_mode mode = conformance_mode::compat;
};

struct add_members {
    std::vector<member> members;
};
struct remove_members {
    std::vector<std::string> values;  // ids as text; unknown ones are not an error
};
struct remove_members_where {
    filter condition;  // evaluated on {value, display, type}
};
struct replace_members {
    std::vector<member> members;  // the whole set; empty removes all members
};
// members[…].display
struct update_members_where {
    filter condition;
    std::string display;
};
// Requires a member that meets the condition of a replace, else no_target (RFC 7644 §3.5.2.3). `values` are
// the ids that the condition names, empty if it says anything else.
struct expect_member {
    filter condition;
    std::vector<std::string> values;
};
using membership_operation = std::variant<add_members, remove_members, remove_members_where, replace_members,
        update_members_where, expect_member>;

// A parsed PATCH.
struct patch {
    std::vector<patch_operation> operations;
    std::vector<membership_operation> members;
    ignored_names ignored{};  // parts of the body without effect
};

// Parses the body of a PATCH. An operation without path is split into one operation per attribute (dotted and
// URN-prefixed names inside the value are paths). Errors name the index of the operation: invalid_syntax (no
// Operations, unknown op), invalid_path, no_target (remove without path), mutability (an explicit read-only
// path), invalid_value, invalid_filter, too_large (a limit above). A path that names an unknown attribute is
// invalid_path in a strict directory, and in others if no operation names a known one; otherwise that
// operation is ignored. `active` cannot be unassigned.
result<patch> parse_patch(
        const json::object& body, const resource_type& type, conformance_mode mode, work_budget& work);

// Applies a PATCH in order to a copy of the document and normalizes it; the document is unchanged on failure.
// Errors: no_target (a value filter matches nothing and cannot be made true, C2 of docs/compatibility.md),
// mutability, invalid_value, too_large (a value set in more elements than a document may hold).
//
// `work` is charged for operations × values × terms, and for what is copied. `ignored` receives the parts
// without effect.
result<json::object> apply(const patch& change, const json::object& document, const resource_type& type,
        work_budget& work, ignored_names* ignored = nullptr);

}  // namespace scimd::scim
