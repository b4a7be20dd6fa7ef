// Reads the resources of one or more types from the store in the order of a list, as a merge of one sorted
// scan for each type (a k-way merge). Rows are read in blocks, as they are needed.
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

// The computation that a list may spend on each resource it examines, on top of the work budget of the
// request. Lists of many resources are limited by their deadline.
constexpr std::uint64_t resource_steps = 100'000;

// The part of a query that concerns one type, compiled for the store.
struct list_scope {
    const scim::type_query* query = nullptr;  // outlives the scope
    std::size_t rank = 0;
    store::resources::condition where{};
    bool is_exact = true;          // false: `where` admits rows that the filter rejects
    bool filters_derived = false;  // the filter looks at members or groups
    bool orders_derived = false;   // the sort attribute is members or groups
    bool has_key = false;          // rows are ordered by `column`; else no row has a sort key
    bool is_sortable = true;       // false: no column has the order of the sort attribute
    store::resources::sort_column column = store::resources::sort_column::id;

    [[nodiscard]] const scim::resource_type& type() const noexcept { return *query->type; }
};

// The scopes of a query, without those that cannot match any resource.
std::vector<list_scope> scopes_of(const scim::list_query& query);

// A resource at its position in the list.
struct list_item {
    list_place at;
    store::resources::row row;
    const list_scope* of = nullptr;
};

// Evaluates the filter of a scope that is not exact. `document` is the resource without its derived values.
bool is_match(store::transaction& tx, const caller& caller, const list_scope& scope, resource_id id,
        const json::object& document);

// Adds the derived value to the document that the scope is sorted by, if there is one.
void add_sort_value(store::transaction& tx, const caller& caller, const list_scope& scope, resource_id id,
        json::object& document);

// The rows of one scope in order. The filter has not been evaluated on them if the scope is not exact.
// Thread contract: that of the transaction.
class scope_scan {
public:
    // Rows after `after`, read in blocks of `block_rows` or 4 MiB of documents.
    scope_scan(const list_scope& scope, bool is_descending, const std::optional<list_place>& after,
            std::int64_t block_rows);

    // The next row, nullptr at the end; valid until the next call of head() or take().
    const list_item* head(store::transaction& tx, directory_id directory);
    list_item take();

private:
    void read_block(store::transaction& tx, directory_id directory);

    const list_scope* scope_;
    store::resources::ordering order_;
    std::optional<store::resources::place> after_;
    std::int64_t block_rows_;
    bool is_exhausted_ = false;
    std::deque<list_item> block_;
};

// The matching resources of all scopes, merged. Thread contract: that of the transaction.
class list_scan {
public:
    // `scopes` outlive the scan.
    list_scan(store::transaction& tx, const caller& caller, const std::vector<list_scope>& scopes,
            bool is_descending, const std::optional<list_place>& after, std::int64_t block_rows);

    // The next match; empty at the end, or when `examined_max` rows have been examined.
    std::optional<list_item> next(std::uint64_t examined_max = UINT64_MAX);

    // Whether all rows have been examined.
    bool is_at_end();

    // The last row that was examined, whether it matches or not.
    [[nodiscard]] const std::optional<list_place>& reached() const noexcept { return reached_; }

private:
    scope_scan* min_head();

    store::transaction& tx_;
    const caller& caller_;
    bool is_descending_;
    std::vector<scope_scan> scans_;
    std::optional<list_place> reached_;
    std::uint64_t examined_ = 0;
};

}  // namespace scimd::service
