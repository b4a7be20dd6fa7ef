// Single values of a document: coercion to the type of their attribute, and equality of two elements of a
// multi-valued attribute (RFC 7643 §2.3, §2.4). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::scim {

constexpr std::size_t string_bytes_max = 64 * 1024;  // any one string (photos, certificates)
constexpr std::size_t values_max = 1'000;            // in a multi-valued attribute of a document

// Position of a value. `parent` is the complex attribute of a sub-attribute, nullptr otherwise.
struct value_place {
    const attribute& self;
    const attribute* parent = nullptr;

    [[nodiscard]] std::string text() const;  // "emails.value"
};

// Returns invalid_value: "emails.value must be a string."
error wrong_type(const value_place& place);

// True for null, [], "" and {}, which all mean unassigned (RFC 7643 §2.5).
bool is_blank(const json::value& value) noexcept;

// True for Group.members, which is stored as rows apart from the document, so that adding a member costs the
// same in any group.
bool is_kept_apart(const resource_type& type, const attribute& candidate) noexcept;

// True if a document may contain the attribute: the server does not compute it and it is not write-only.
bool is_kept_in_documents(const attribute& candidate) noexcept;

// True for a password: clients may set it, and it is never stored.
bool is_forgotten(const attribute& candidate) noexcept;

// Returns the base schema's attribute or the common attribute of that name; nullptr: none.
const attribute* find_of_resource(const resource_type& type, std::string_view name) noexcept;

// True for a top-level attribute that a document of this type contains; `schemas` is computed.
bool is_stored(const resource_type& type, const attribute& candidate) noexcept;

// Coerces one value for an attribute, or for one of its elements if `is_element`; used by PATCH. The result
// is null when the value unassigns the attribute (null, [], "", {}).
result<json::value> read_value(
        const json::value& value, const attribute& target, work_budget& work, bool is_element = false);

// Like read_value, with the position of the value.
result<json::value> read_value_at(
        const json::value& value, const value_place& place, work_budget& work, bool is_element = false);

// Returns the sub-attributes that a client listed for a complex value, null for those that it unassigns: the
// argument of merge(). null, [] and "" give null, whereas {} lists nothing; unknown and read-only
// sub-attributes are left out.
result<json::value> read_partial(const json::value& value, const attribute& target, work_budget& work);

// Sets the sub-attributes of `changes` in `element` and removes those that are null.
void merge(json::object& element, const json::object& changes);

// Returns a key that is equal for elements that are the same value to a reader (RFC 7643 §2.4): same type and
// value or, without a value, the same content apart from `primary`.
std::string identity(const json::value& element, const attribute& list, work_budget& work);

// Returns a key for the `value` alone, regardless of the type.
std::string value_identity(const json::value& element, const attribute& list, work_budget& work);

bool is_primary(const json::value& element) noexcept;
std::size_t count_primaries(const json::array& elements) noexcept;

// Removes duplicate elements: a (type, value) pair may occur once (RFC 7643 §2.4).
void deduplicate(json::array& elements, const attribute& list, work_budget& work);

// Merges an element into an equal one; what identifies it keeps the form in which it was written first.
void merge_duplicate(json::value& kept, json::value&& again);

}  // namespace scimd::scim
