// A filter held against a document (RFC 7644 §3.4.2.2). Pure.
#pragma once

#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/filter/filter.hpp"

#include <optional>
#include <variant>
#include <vector>

namespace scimd::scim {

// `document` is a whole resource in canonical form, with id, meta and what else the filter may name.
// Multi-valued attributes match when any value does; strings compare folded unless the attribute is
// caseExact; dateTimes compare as instants. An unassigned attribute equals nothing but null and differs (ne)
// from every value. Each text of the document is folded once at most; `work` is charged for every value that
// a term looks at.
bool matches(const filter& condition, const json::object& document, work_budget& work);

// One value of a multi-valued attribute (or a complex one) against a value filter.
bool matches_value(const filter& condition, const json::value& element, work_budget& work);

// The terms of a filter that look at one attribute whose values are not in the document, because there may be
// more of them than fit in memory: they are looked at one after the other, and none is kept.
class value_terms {
public:
    // `condition` outlives the terms.
    value_terms(const filter& condition, const attribute& of);

    // No further value would change an outcome.
    [[nodiscard]] bool are_decided() const noexcept;

    void look_at(const json::value& element, work_budget& work);

    // Of a term of the filter, after all values; empty: it looks at something else.
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

// As above; `outside` has looked at all values of its attribute, or is decided.
bool matches(
    const filter& condition, const json::object& document, const value_terms& outside, work_budget& work
);

// The value of `where` in a document for sorting and single look-ups: of a multi-valued attribute its
// primary, else its first value (RFC 7644 §3.4.2.3). nullptr when unassigned.
const json::value* value_at(const path& where, const json::object& document);

}  // namespace scimd::scim
