// The resources of one or more types in the order of a list, read from the store as they are needed.
#pragma once

#include "scim/messages/query.hpp"
#include "service/auth/caller.hpp"
#include "service/lists/list_order.hpp"
#include "store/engine/transaction.hpp"
#include "store/filter_sql.hpp"
#include "store/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace scimd::service {

// What a list may compute for each resource that it looks at, beyond the limit of the request: lists of many
// are bounded by their deadline.
constexpr std::uint64_t resource_steps = 100'000;

// One type's share of a query, as the store can serve it.
struct list_scope {
    const scim::type_query* query = nullptr;  // outlives the scope
    std::size_t rank = 0;
    store::resources::condition where{};
    bool is_exact = true;          // false: `where` lets through what the filter does not
    bool filters_derived = false;  // the filter looks at members or groups
    bool orders_derived = false;   // the order does
    bool has_key = false;          // rows are ordered by `column`; else none has a value to be ordered by
    bool is_sortable = true;       // false: no column orders like the attribute
    store::resources::sort_column column = store::resources::sort_column::id;

    [[nodiscard]] const scim::resource_type& type() const noexcept { return *query->type; }
};

// Without those that cannot have a match.
std::vector<list_scope> scopes_of(const scim::list_query& query);

struct list_item {
    list_place at;
    store::resources::row row;
    const list_scope* of = nullptr;
};

// Whether the filter of a scope that is not exact lets a resource through. `document` is all of it but what
// is derived from other rows.
bool is_match(
    store::transaction& tx,
    const caller& who,
    const list_scope& scope,
    resource_id id,
    const json::object& document
);

// Adds to the document what the order of the scope looks at of other rows.
void add_for_order(
    store::transaction& tx, const caller& who, const list_scope& scope, resource_id id, json::object& document
);

// One scope's rows; none is matched yet.
class scope_scan {
public:
    // Rows behind `after`, in blocks of `block_rows` or 4 MiB of documents.
    scope_scan(
        const list_scope& scope,
        bool is_descending,
        const std::optional<list_place>& after,
        std::int64_t block_rows
    );

    // The next one, nullptr at the end; valid until the next call of either.
    const list_item* head(store::transaction& tx, directory_id where);
    list_item take();

private:
    void read_block(store::transaction& tx, directory_id where);

    const list_scope* scope_;
    store::resources::ordering order_;
    std::optional<store::resources::place> after_;
    std::int64_t block_rows_;
    bool is_exhausted_ = false;
    std::deque<list_item> block_;
};

// All scopes' rows that match, merged.
class list_scan {
public:
    // `scopes` outlive the walk.
    list_scan(
        store::transaction& tx,
        const caller& who,
        const std::vector<list_scope>& scopes,
        bool is_descending,
        const std::optional<list_place>& after,
        std::int64_t block_rows
    );

    // The next match; empty at the end, or when `examined_max` rows have been looked at.
    std::optional<list_item> next(std::uint64_t examined_max = UINT64_MAX);

    // Whether everything has been looked at.
    bool is_at_end();

    // The last row that was looked at, a match or not.
    [[nodiscard]] const std::optional<list_place>& reached() const noexcept { return reached_; }

private:
    scope_scan* min_head();

    store::transaction& tx_;
    const caller& who_;
    bool is_descending_;
    std::vector<scope_scan> scans_;
    std::optional<list_place> reached_;
    std::uint64_t examined_ = 0;
};

}  // namespace scimd::service
