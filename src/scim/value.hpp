// Single values of a document: coercion to their attribute's type, and when two elements of a multi-valued
// attribute are the same (RFC 7643 §2.3, §2.4). Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace scimd::scim {

// Where a value stands: `parent` is the complex attribute around a sub-attribute, nullptr otherwise.
struct value_place {
    const attribute& self;
    const attribute* parent = nullptr;

    [[nodiscard]] std::string text() const;  // "emails.value"
};

// invalid_value: "emails.value must be a string."
error wrong_type(const value_place& place);

// RFC 7643 §2.5: null, [], "" (and {}) all mean unassigned.
bool is_blank(const json::value& value) noexcept;

// Whether a document may hold the attribute: it is neither the server's own nor write-only.
bool is_kept_in_documents(const attribute& candidate) noexcept;

// Whether clients may give it a value that nobody keeps: a password.
bool is_forgotten(const attribute& candidate) noexcept;

// The base schema's attribute or the common one of that name; nullptr when there is none.
const attribute* find_of_resource(const resource_type& type, std::string_view name) noexcept;

// An attribute of those that a document of this type may hold itself; `schemas` is computed.
bool is_stored(const resource_type& type, const attribute& candidate) noexcept;

// As read_value of resource.hpp.
result<json::value> read_value_at(
    const json::value& value, const value_place& place, work_budget& work, bool is_element = false
);

// The sub-attributes a client listed for a complex value, those it unassigned as null: what merge() takes.
// null, [] and "" are null, whereas {} lists nothing; unknown and read-only sub-attributes are left out.
result<json::value> read_partial(const json::value& value, const attribute& target, work_budget& work);

// Sets the sub-attributes of `changes` in `element`, removing those that are null.
void merge(json::object& element, const json::object& changes);

// Equal exactly for elements that are one value to a reader (RFC 7643 §2.4): the same type and value, or
// where they have no value, the same in everything but `primary`.
std::string identity(const json::value& element, const attribute& list, work_budget& work);

// The identity by `value` alone, whatever the type.
std::string value_identity(const json::value& element, const attribute& list, work_budget& work);

bool is_primary(const json::value& element) noexcept;
std::size_t count_primaries(const json::array& elements) noexcept;

// RFC 7643 §2.4: a (type, value) pair stands once.
void deduplicate(json::array& elements, const attribute& list, work_budget& work);

// Merges an element into an equal one: what identifies it stays as it was written first.
void merge_duplicate(json::value& kept, json::value&& again);

}  // namespace scimd::scim
