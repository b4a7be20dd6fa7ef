// Compiles a SCIM filter to an SQL condition over indexed columns, as far as that is possible. Pure.
#pragma once

#include "scim/filter/filter.hpp"
#include "scim/messages/query.hpp"
#include "scim/schema/schema.hpp"
#include "store/resources.hpp"

#include <optional>

namespace scimd::store {

// How many rows of a type the best index leaves.
enum class selectivity {
    unique,   // at most one
    indexed,  // the rows with one value, which may be many
    unknown,
};

struct compiled_filter {
    resources::condition where;  // holds for every match, perhaps for other rows, too
    bool is_exact = true;        // false: rows must be matched in memory, too
    bool is_void = false;        // no resource of the type can match
    selectivity selects = selectivity::unknown;

    // Whether the condition is the whole filter, and an equality on an index finds its rows. These may be
    // many when the index is not unique: then the read needs a budget (intent::inline_read).
    [[nodiscard]] bool is_look_up() const noexcept {
        return is_void || (is_exact && selects != selectivity::unknown);
    }
};

// Translates eq (and, if the column allows it, ne, gt, ge, lt, le, sw, pr) on userName, displayName,
// externalId, id, active, meta.created, meta.lastModified, emails.value (also as emails[value eq …]),
// members.value (of groups; ids as text) and groups.value (of users); conjunctions and disjunctions of these;
// negations of exact conditions. Terms with one result for every resource of the type (meta.resourceType, an
// attribute that the type lacks) are evaluated here. Any other term becomes "true" with is_exact false; in a
// disjunction, the whole disjunction does. Values are always parameters, never SQL text.
compiled_filter compile(const scim::filter& condition, const scim::resource_type& type);

// The column that has the sort order of the attribute; empty when there is none.
std::optional<resources::sort_column> sort_column_of(
        const scim::path& attribute, const scim::resource_type& type);

}  // namespace scimd::store
