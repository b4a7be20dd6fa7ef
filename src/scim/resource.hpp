// The canonical document of a resource: the form that is stored and on which every rule is checked
// (validation and normalization; RFC 7643 §2, §3).
//
// In a canonical document attribute names have their schema's spelling and values their attribute's type;
// nothing is null, empty or undeclared; extensions stand under their URN; `schemas` lists exactly the base
// and the extensions that have data. It contains no read-only attributes (id, meta, groups), no write-only
// ones (password) and no attributes that are stored as rows (see is_kept_apart). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/ignored_attributes.hpp"
#include "scim/schema/schema.hpp"
#include "scim/value.hpp"

#include <string>
#include <vector>

namespace scimd::scim {

constexpr std::size_t user_name_bytes_max = 1'024;       // userName, externalId and displayName of groups
constexpr std::size_t resource_bytes_max = 1024 * 1024;  // size of a stored document
constexpr std::size_t members_max = 100'000;             // of a group, named in one list (too_large beyond)

// A group member as a client wrote it. The store resolves ids.
struct member {
    std::string value;    // the member's id, as text
    std::string display;  // empty: none given
    std::string type;     // "User", "Group" or empty; a hint only, because clients get it wrong
    friend bool operator==(const member&, const member&) = default;
};

// The canonical form of a POST or PUT body.
struct parsed_body {
    json::object document;
    std::vector<member> members;  // for a group
    bool names_members = false;   // the body has "members" (null and [] count)
    ignored_names ignored{};      // parts of the body without effect
};

// Validates and coerces a body. Accepts names in any case, "True"/"False" for booleans, and a single object
// where a list is expected; treats null as unassigned; ignores read-only and unknown attributes; drops a
// password. invalid_value, naming the attribute: a value of the wrong type, a missing required attribute, two
// primaries, text that cannot be stored, an exceeded limit.
result<parsed_body> read_body(const json::object& body, const resource_type& type, work_budget& work);

// True for a user's `active`, which is always a boolean and changes only when a request names it.
bool is_lifecycle_state(const resource_type& type, const attribute& candidate) noexcept;

// Sets `active` of a new user to true if the client does not mention it: Okta "reactivates" a user in a loop
// when it is returned without `active`.
void complete_new(json::object& document, const resource_type& type);

// Keeps what a PUT does not name and must not change (RFC 7644 §3.5.1): a user's `active`, from `current`; if
// it is missing there as well, the value of a new user.
void keep_unnamed(json::object& next, const json::object& current, const resource_type& type);

// Checks that `next` may replace `current` by a PUT (RFC 7644 §3.5.1). mutability: an immutable attribute
// that has a value would change.
result<void> check_replacement(
        const json::object& current, const json::object& next, const resource_type& type, work_budget& work);

// Normalizes a document after a change and checks the rules for whole documents: required attributes
// (invalid_value), at most one primary, sizes. Drops attributes that have become empty and, in users' lists,
// elements without a value, which are recorded in `ignored`; removes duplicate values and rewrites `schemas`.
// After a failure the document must not be used.
result<void> normalize(json::object& document, const resource_type& type, work_budget& work,
        ignored_names* ignored = nullptr);

// invalid_value: a userName or a group's displayName that consists of invisible characters, unless it already
// did `before`.
result<void> check_visibility(const json::object& document, const json::object& before,
        const resource_type& type, work_budget& work);

// Parses an array of objects or bare ids, or a single one; null, [] and "" mean no members. Each id is
// returned once, in the order of first mention. invalid_value: a member without value.
result<std::vector<member>> read_members(const json::value& value);

}  // namespace scimd::scim
