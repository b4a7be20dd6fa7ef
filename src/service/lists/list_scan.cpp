#include "service/lists/list_scan.hpp"

#include "scim/filter/match.hpp"
#include "service/scim/derived_values.hpp"
#include "service/scim/representation.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>
#include <variant>

namespace scimd::service {
namespace {

namespace resources = store::resources;

// Limit of the documents of a block, which ends with the document that reaches it.
constexpr std::size_t block_bytes = 4 * 1024 * 1024;

// Whether the values of the attribute are read from other rows (service/scim/derived_values.hpp).
bool is_derived(const scim::path& path) {
    const std::string_view name = path.attribute->name;
    return !path.extension && (name == "members" || name == "groups");
}

// Finds derived attributes in a filter.
struct derived_finder {
    bool operator()(const scim::comparison& node) const { return is_derived(node.attribute); }
    bool operator()(const scim::present& node) const { return is_derived(node.attribute); }
    bool operator()(const scim::value_filter& node) const { return is_derived(node.attribute); }
    bool operator()(const scim::negation& node) const { return std::visit(*this, (*node.term).node); }
    bool operator()(const scim::conjunction& node) const { return any_of(node.terms); }
    bool operator()(const scim::disjunction& node) const { return any_of(node.terms); }

private:
    [[nodiscard]] bool any_of(const std::vector<scim::filter>& terms) const {
        return std::ranges::any_of(terms, [this](const auto& term) { return std::visit(*this, term.node); });
    }
};

list_scope scope_of(const scim::type_query& query, std::size_t rank, store::compiled_filter compiled) {
    list_scope made{
            .query = &query,
            .rank = rank,
            .where = std::move(compiled.where),
            .is_exact = compiled.is_exact,
            .filters_derived = query.where && std::visit(derived_finder(), query.where->node),
    };
    if (!query.sort_by || !scim::belongs(*query.sort_by, *query.type))
        return made;
    made.orders_derived = is_derived(*query.sort_by);
    const auto column = store::sort_column_of(*query.sort_by, *query.type);
    made.is_sortable = column.has_value();
    made.has_key = !column || *column != resources::sort_column::id;
    made.column = column.value_or(resources::sort_column::id);
    return made;
}

sort_key to_key(const resources::sort_value& value) {
    return std::visit([](const auto& held) -> sort_key { return held; }, value);
}

resources::sort_value to_value(const sort_key& key) {
    if (const auto* const text = std::get_if<std::string>(&key))
        return *text;
    if (const auto* const number = std::get_if<std::int64_t>(&key))
        return *number;
    return {};
}

// The id after which the rows of a scope with the key of `after` are read. Among rows with equal keys those
// of a type with a lower rank all come before, those of a type with a higher rank all after.
resource_id boundary_id(const list_scope& scope, const list_place& after, bool is_descending) {
    using limits = std::numeric_limits<std::int64_t>;
    if (scope.rank == after.rank)
        return after.id;
    const bool are_all_after = (scope.rank > after.rank) != is_descending;
    return {are_all_after != is_descending ? limits::min() : limits::max()};
}

}  // namespace

std::vector<list_scope> scopes_of(const scim::list_query& query) {
    std::vector<list_scope> scopes;
    for (std::size_t rank = 0; rank < query.parts.size(); ++rank) {
        const auto& part = query.parts[rank];
        auto compiled = part.where ? store::compile(*part.where, *part.type) : store::compiled_filter();
        if (!compiled.is_void)
            scopes.push_back(scope_of(part, rank, std::move(compiled)));
    }
    return scopes;
}

bool is_match(store::transaction& tx, const caller& caller, const list_scope& scope, resource_id id,
        const json::object& document) {
    const auto& condition = *scope.query->where;
    return scope.filters_derived ? matches_with_derived(tx, caller, scope.type(), id, document, condition)
                                 : scim::matches(condition, document, *caller.work);
}

// RFC 7644 §3.4.2.3: a multi-valued attribute is sorted by its primary or first value; derived values have no
// primary one.
void add_sort_value(store::transaction& tx, const caller& caller, const list_scope& scope, resource_id id,
        json::object& document) {
    const auto* const attribute = scope.orders_derived ? derived_attribute_of(scope.type()) : nullptr;
    if (!attribute)
        return;
    for_each_derived_value(tx, caller, scope.type(), id, [&](json::object value) {
        document[attribute->name] = json::array{std::move(value)};
        return false;
    });
}

scope_scan::scope_scan(const list_scope& scope, bool is_descending, const std::optional<list_place>& after,
        std::int64_t block_rows)
        : scope_(&scope), order_{scope.column, is_descending}, block_rows_(block_rows) {
    if (!after)
        return;
    const bool is_among_values = !std::holds_alternative<std::monostate>(after->key);
    if (is_among_values && !scope.has_key) {
        // No row of this scope has a value: all come after the rows with one, or before them when descending.
        is_exhausted_ = is_descending;
        return;
    }
    after_ = {to_value(after->key), boundary_id(scope, *after, is_descending)};
}

const list_item* scope_scan::head(store::transaction& tx, directory_id directory) {
    if (block_.empty() && !is_exhausted_)
        read_block(tx, directory);
    return block_.empty() ? nullptr : &block_.front();
}

list_item scope_scan::take() {
    auto taken = std::move(block_.front());
    block_.pop_front();
    return taken;
}

void scope_scan::read_block(store::transaction& tx, directory_id directory) {
    std::size_t bytes = 0;
    bool is_full = false;
    resources::list_behind(tx, directory, scope_->type().name, scope_->where, order_, after_, block_rows_,
            [&](const resources::row& row, const resources::sort_value& value) {
                block_.push_back({{to_key(value), scope_->rank, row.id}, row, scope_});
                after_ = {value, row.id};
                bytes += row.document.size();
                is_full = bytes >= block_bytes || !std::cmp_less(block_.size(), block_rows_);
                return !is_full;
            });
    is_exhausted_ = !is_full;
}

list_scan::list_scan(store::transaction& tx, const caller& caller, const std::vector<list_scope>& scopes,
        bool is_descending, const std::optional<list_place>& after, std::int64_t block_rows)
        : tx_(tx), caller_(caller), is_descending_(is_descending) {
    for (const auto& scope : scopes)
        scans_.emplace_back(scope, is_descending, after, block_rows);
}

scope_scan* list_scan::min_head() {
    scope_scan* first = nullptr;
    const list_place* place = nullptr;
    for (auto& scan : scans_) {
        const auto* const head = scan.head(tx_, caller_.directory);
        if (!head || (place && !sorts_before(head->at, *place, is_descending_)))
            continue;
        first = &scan;
        place = &head->at;
    }
    return first;
}

std::optional<list_item> list_scan::next(std::uint64_t examined_max) {
    while (examined_ < examined_max) {
        auto* const scan = min_head();
        if (!scan)
            return std::nullopt;
        auto item = scan->take();
        reached_ = item.at;
        ++examined_;
        const auto& scope = *item.of;
        if (scope.is_exact)
            return item;
        caller_.work->allow(resource_steps);
        caller_.work->charge(item.row.document.size());
        const auto document = document_with_meta(caller_, scope.type(), item.row);
        if (is_match(tx_, caller_, scope, item.row.id, document))
            return item;
    }
    return std::nullopt;
}

bool list_scan::is_at_end() {
    return min_head() == nullptr;
}

}  // namespace scimd::service
