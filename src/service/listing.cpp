// list(): pages by filter, order and index (RFC 7644 §3.4.2).
#include "base/text.hpp"
#include "base/time.hpp"
#include "scim/match.hpp"
#include "service/provisioning.hpp"
#include "store/filter_sql.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

namespace scimd::service {
namespace {

namespace resources = store::resources;

struct selection {  // the rows of a page, not yet represented
    std::uint64_t total = 0;
    std::vector<resources::row> rows;
};

std::int64_t as_offset(std::uint64_t start_index)
{
    constexpr auto offset_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return static_cast<std::int64_t>(std::min(start_index - 1, offset_max));
}

struct lister {
    store::transaction& tx;
    const caller& who;
    const scim::resource_type& type;
    const scim::list_query& query;

    // The store selects, orders and cuts.
    [[nodiscard]] selection by_columns(const resources::condition& where, const resources::ordering& order)
        const
    {
        selection page;
        const auto offset = as_offset(query.start_index);
        const auto limit = static_cast<std::int64_t>(query.count);
        if (limit > 0) {
            resources::list(
                tx,
                who.directory,
                type.name,
                where,
                order,
                offset,
                limit,
                [&](const resources::row& row) {
                    page.rows.push_back(row);
                    return true;
                }
            );
        }
        const bool is_last_page = !page.rows.empty() && page.rows.size() < query.count;
        if (is_last_page) {
            page.total = static_cast<std::uint64_t>(offset) + page.rows.size();
        } else if (where.text.empty()) {
            page.total = static_cast<std::uint64_t>(resources::count(tx, who.directory, type.name));
        } else {
            page.total =
                static_cast<std::uint64_t>(resources::count_where(tx, who.directory, type.name, where));
        }
        return page;
    }

    // The store narrows down; what the filter says beyond that is matched here, row by row.
    [[nodiscard]] selection by_matching(const resources::condition& where, const resources::ordering& order)
        const
    {
        selection page;
        each_match(where, order, [&](const resources::row& row, const json::object&) {
            ++page.total;
            if (page.total >= query.start_index && page.rows.size() < query.count)
                page.rows.push_back(row);
        });
        return page;
    }

    // No column sorts like the attribute: the keys of all matches are sorted, then the page is read.
    [[nodiscard]] selection by_sorting(const resources::condition& where) const;

    template <class Visitor>
    void each_match(const resources::condition& where, const resources::ordering& order, Visitor&& visit)
        const
    {
        resources::list(tx, who.directory, type.name, where, order, 0, -1, [&](const resources::row& row) {
            const auto document = whole_document(tx, who, type, row);
            if (!query.where || scim::matches(*query.where, document))
                visit(row, document);
            return true;
        });
    }
};

// Orders as RFC 7644 §3.4.2.3 asks: text folded unless caseExact, numbers and booleans as such, instants as
// instants.
using sort_key = std::variant<std::monostate, bool, double, std::string>;

sort_key key_of(const json::value* value, const scim::attribute& attribute)
{
    if (!value)
        return std::monostate();
    if (value->is_bool())
        return value->get_bool();
    if (value->is_number())
        return value->to_number<double>();
    if (!value->is_string())
        return std::monostate();
    const std::string text(value->get_string());
    if (attribute.type == scim::attribute_type::date_time) {
        const auto instant = parse_rfc3339(text);
        return instant ? sort_key(format_rfc3339(*instant)) : sort_key(text);
    }
    return attribute.is_case_exact ? text : fold(text);
}

selection lister::by_sorting(const resources::condition& where) const
{
    struct entry {
        sort_key key;
        resource_id id;
    };
    std::vector<entry> entries;
    each_match(where, {}, [&](const resources::row& row, const json::object& document) {
        entries.push_back({key_of(scim::value_at(*query.sort_by, document), query.sort_by->leaf()), row.id});
    });
    const bool is_descending = query.order == scim::sort_order::descending;
    // Missing values come last ascending and first descending; equal keys keep the order of ids.
    std::ranges::stable_sort(entries, [&](const entry& a, const entry& b) {
        const auto& first = is_descending ? b : a;
        const auto& second = is_descending ? a : b;
        const bool first_is_missing = std::holds_alternative<std::monostate>(first.key);
        const bool second_is_missing = std::holds_alternative<std::monostate>(second.key);
        if (first_is_missing || second_is_missing)
            return !first_is_missing && second_is_missing;
        return first.key < second.key;
    });
    selection page;
    page.total = entries.size();
    for (std::size_t i = query.start_index - 1; i < entries.size() && page.rows.size() < query.count; ++i)
        if (auto row = resources::find(tx, who.directory, type.name, entries[i].id))
            page.rows.push_back(std::move(*row));
    return page;
}

bool is_point(const scim::filter& where);

struct point_finder {
    bool operator()(const scim::comparison& term) const
    {
        constexpr std::array indexed = {"userName", "externalId", "id", "displayName", "emails"};
        if (term.op != scim::operation::eq)
            return false;
        // What its schema says is unique has an index, whatever it is.
        return term.attribute.leaf().uniqueness != scim::uniqueness::none ||
               (!term.attribute.extension &&
                std::ranges::find(indexed, term.attribute.attribute->name) != indexed.end());
    }
    bool operator()(const scim::conjunction& all) const { return std::ranges::any_of(all.terms, is_point); }
    bool operator()(const scim::value_filter& one) const
    {
        return one.attribute.attribute->name == "emails" && value_is_pinned(*one.condition);
    }
    template <class Other>
    bool operator()(const Other&) const
    {
        return false;
    }

private:
    static bool value_is_pinned(const scim::filter& condition)
    {
        if (const auto* all = std::get_if<scim::conjunction>(&condition.node))
            return std::ranges::any_of(all->terms, value_is_pinned);
        const auto* term = std::get_if<scim::comparison>(&condition.node);
        return term && term->op == scim::operation::eq && term->attribute.leaf().name == "value";
    }
};

bool is_point(const scim::filter& where)
{
    return std::visit(point_finder(), where.node);
}

}  // namespace

page list(
    store::transaction& tx, const caller& who, const scim::resource_type& type, const scim::list_query& query
)
{
    store::compiled_filter compiled;
    if (query.where)
        compiled = store::compile(*query.where, type);
    const auto column =
        query.sort_by ? store::sort_column_of(*query.sort_by, type) : resources::sort_column::id;
    const lister by{tx, who, type, query};
    selection chosen;
    if (!column) {
        chosen = by.by_sorting(compiled.where);
    } else {
        const resources::ordering order{*column, query.order == scim::sort_order::descending};
        chosen =
            compiled.is_exact ? by.by_columns(compiled.where, order) : by.by_matching(compiled.where, order);
    }
    return {chosen.total, query.start_index, represent_page(tx, who, type, chosen.rows, query.wanted)};
}

store::intent intent_of(const scim::list_query& query)
{
    return query.where && is_point(*query.where) ? store::intent::read : store::intent::scan;
}

}  // namespace scimd::service
