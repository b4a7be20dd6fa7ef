// Evaluation of a filter on a document (RFC 7644 §3.4.2.2). Pure.
#pragma once

#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/filter/filter.hpp"

#include <optional>
#include <variant>
#include <vector>

namespace scimd::scim {

// `document` is a complete resource in canonical form, including id, meta and anything else that the filter
// may name. A multi-valued attribute matches when any of its values does; strings are compared folded unless
// the attribute is caseExact; dateTimes are compared as instants. An unassigned attribute equals only null
// and differs (ne) from every value. Each text of the document is folded at most once; `work` is charged for
// every value that a term examines.
bool matches(const filter& condition, const json::object& document, work_budget& work);

// Evaluates a value filter on one value of a multi-valued attribute, or on a complex value.
bool matches_value(const filter& condition, const json::value& element, work_budget& work);

// Evaluates the terms of a filter that concern one attribute whose values are not in the document, because
// there may be too many for memory. The values are examined one after the other and not kept.
class value_terms {
public:
    // `condition` must outlive this object.
    value_terms(const filter& condition, const attribute& of);

    // True if no further value can change an outcome.
    [[nodiscard]] bool are_decided() const noexcept;

    void look_at(const json::value& element, work_budget& work);

    // Returns the outcome of a term after all values were examined; empty: the term concerns another
    // attribute.
    [[nodiscard]] std::optional<bool> outcome_of(const comparison& leaf) const;
    [[nodiscard]] std::optional<bool> outcome_of(const present& leaf) const;
    [[nodiscard]] std::optional<bool> outcome_of(const value_filter& leaf) const;

private:
    struct term {
        std::variant<const comparison*, const present*, const value_filter*> leaf;
        bool has_passed = false;
    };
    template <class Leaf>
    [[nodiscard]] const term* find(const Leaf& leaf) const;

    std::vector<term> terms_;
    bool has_values_ = false;
};

// Like matches() above. `outside` must have examined all values of its attribute, or be decided.
bool matches(
        const filter& condition, const json::object& document, const value_terms& outside, work_budget& work);

// Returns the value of `target` in a document for sorting and single look-ups: of a multi-valued attribute
// the primary value, else the first (RFC 7644 §3.4.2.3). nullptr: unassigned.
const json::value* value_at(const path& target, const json::object& document);

}  // namespace scimd::scim
