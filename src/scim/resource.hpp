// The canonical document of a resource: what is stored and what every rule is checked on (RFC 7643 §2, §3).
//
// Canonical means: attribute names in their schemas' spelling, values in their attributes' types, nothing
// null, empty or undeclared, extensions under their URN, `schemas` listing exactly the base and the
// extensions that have data. It holds no read-only attribute (id, meta, groups), no write-only one (password)
// and, for types whose members are rows (see is_kept_apart), none of these. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/ignored_attributes.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <vector>

namespace scimd::scim {

constexpr std::size_t string_bytes_max = 64 * 1024;      // any one string (photos, certificates)
constexpr std::size_t user_name_bytes_max = 1'024;       // userName, displayName of groups, externalId
constexpr std::size_t values_max = 1'000;                // of a multi-valued attribute in a document
constexpr std::size_t resource_bytes_max = 1024 * 1024;  // of a document as it is kept
constexpr std::size_t members_max = 100'000;             // of a group, named in one list (too_large beyond)

// Group.members is kept as rows apart from the document, so that one more member costs the same in any group.
bool is_kept_apart(const resource_type& type, const attribute& candidate) noexcept;

// One member of a group as a client wrote it: ids are resolved by the store's side.
struct member {
    std::string value;    // the member's id, as text
    std::string display;  // empty: none given
    std::string type;     // "User", "Group" or empty; clients err, so it is a hint
    friend bool operator==(const member&, const member&) = default;
};

// What a client sent in a POST or PUT, made canonical.
struct parsed_body {
    json::object document;
    std::vector<member> members;  // of a group
    bool names_members = false;   // "members" stood in the body (null and [] count)
    ignored_names ignored{};      // what of the body has no effect
};

// Coerces and checks a body: names in any case, "True"/"False" for booleans, one object where a list is
// expected, null as unassigned, read-only attributes and unknown ones ignored, a password dropped. Errors:
// invalid_value (a value of the wrong type, a required attribute missing, two primaries, text that is not
// storable, a limit exceeded), each naming the attribute.
result<parsed_body> read_body(const json::object& body, const resource_type& type, work_budget& work);

// Whether a user can sign in: `active`, which is always a boolean and changes only when a request names it.
bool is_lifecycle_state(const resource_type& type, const attribute& candidate) noexcept;

// Of a new user whose client says nothing of `active`: it is active. Okta loops on "reactivating" a user that
// comes back without it.
void complete_new(json::object& document, const resource_type& type);

// What a PUT does not name and that stays as it is (RFC 7644 §3.5.1): `active` of a user. One that comes from
// `current` and is not there either is that of a new user.
void keep_unnamed(json::object& next, const json::object& current, const resource_type& type);

// PUT (RFC 7644 §3.5.1): `next` in place of `current`; an immutable attribute that has a value must keep it
// (mutability).
result<void> check_replacement(
    const json::object& current, const json::object& next, const resource_type& type, work_budget& work
);

// The rules on a whole document that hold after every change: required attributes (invalid_value), at most
// one primary, sizes. Also drops what became empty and, of users' lists, elements without value, which go to
// `ignored`; de-duplicates equal values and rewrites `schemas`. After a failure the document is not to be
// used.
result<void> normalize(
    json::object& document, const resource_type& type, work_budget& work, ignored_names* ignored = nullptr
);

// invalid_value: a userName or a group's displayName of which nothing can be seen, unless it was so `before`.
result<void> check_visibility(
    const json::object& document, const json::object& before, const resource_type& type, work_budget& work
);

// One value made canonical for an attribute (or for one element of it when `is_element`): what PATCH uses.
// The result is null when the value unassigns (null, [], "", {}).
result<json::value> read_value(
    const json::value& value, const attribute& target, work_budget& work, bool is_element = false
);

// An array of objects or of bare ids, or one of these alone; null, [] and "" are no members. Each id once,
// in the order of their first mention. A member without value is invalid_value.
result<std::vector<member>> read_members(const json::value& value);

}  // namespace scimd::scim
