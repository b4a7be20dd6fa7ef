// A SCIM filter as a condition on indexed columns, where it can be one.
#pragma once

#include "scim/filter/filter.hpp"
#include "scim/messages/query.hpp"
#include "scim/schema/schema.hpp"
#include "store/resources.hpp"

#include <optional>

namespace scimd::store {

// How many rows of a type an index lets through.
enum class selectivity {
    unique,   // one at most
    indexed,  // those with one value, however many they are
    unknown,
};

struct compiled_filter {
    resources::condition where;  // holds for every match, perhaps for more
    bool is_exact = true;        // false: rows still have to be matched in memory
    bool is_void = false;        // nothing of the type can match
    selectivity selects = selectivity::unknown;

    // The condition is the whole filter, and an equality on an index leads to its rows. An equality on an
    // index that is not unique may still have many of them: it needs a budget (intent::inline_read).
    [[nodiscard]] bool is_look_up() const noexcept
    {
        return is_void || (is_exact && selects != selectivity::unknown);
    }
};

// In SQL: eq (and, where the column allows, ne, gt, ge, lt, le, sw, pr) on userName, displayName, externalId,
// id, active, meta.created, meta.lastModified, emails.value (also as emails[value eq …]), members.value
// (groups; ids as text), groups.value (users); conjunctions and disjunctions of these; negation only of exact
// ones. What is the same for every resource of the type (meta.resourceType, an attribute that the type lacks)
// is decided here. What is left becomes "true" with is_exact false (in a disjunction: the whole disjunction
// does). Values are always parameters.
compiled_filter compile(const scim::filter& condition, const scim::resource_type& type);

// The column that sorts like the attribute, if one does.
std::optional<resources::sort_column> sort_column_of(
    const scim::path& attribute, const scim::resource_type& type
);

}  // namespace scimd::store
