#include "service/lists/listing.hpp"

#include "scim/filter/match.hpp"
#include "service/lists/list_scan.hpp"
#include "service/scim/representation.hpp"
#include "store/filter_sql.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

namespace scimd::service {
namespace {

namespace resources = store::resources;

constexpr std::int64_t matched_block_rows = 256;  // read at once where each row has to be matched

struct selection {  // of a page, not yet represented
    std::optional<std::uint64_t> total{};
    std::vector<list_item> items{};
    std::optional<list_place> previous{};  // the page before it ends before this place
    std::optional<list_place> next{};      // the page after it begins behind this place
};

// A run of items in one direction, and where the next one begins; empty: that was all.
struct run {
    std::vector<list_item> items;
    std::optional<list_place> goes_on;
};

// What a page still takes.
struct page_budget {
    std::size_t items;
    std::size_t bytes;

    [[nodiscard]] bool is_left() const noexcept { return items > 0 && bytes > 0; }
    void take(const list_item& one) noexcept
    {
        --items;
        bytes -= std::min(bytes, one.row.document.size());
    }
};

class lister {
public:
    lister(
        store::transaction& tx, const caller& who, const scim::list_query& query, const list_bounds& bounds
    )
        : tx_(tx),
          who_(who),
          query_(query),
          bounds_(bounds),
          scopes_(scopes_of(query)),
          is_descending_(query.order == scim::sort_order::descending)
    {
    }

    selection by_index() const
    {
        const auto start = query_.page.start_index.value_or(1);
        if (!is_sortable())
            return index_by_sorting(start);
        const bool is_plain_sequence = scopes_.size() <= 1 || !query_.is_sorted();
        return is_exact() && is_plain_sequence ? index_by_offset(start) : index_by_walking(start);
    }

    selection by_cursor(const std::optional<cursor>& from) const
    {
        const auto sorted = is_sortable() ? std::nullopt : std::optional(sorted_places());
        selection page;
        if (query_.page.count > 0)
            page = from && from->goes_back ? page_before(from->at, sorted) : page_behind(from, sorted);
        page.total = sorted ? sorted->size() : counted();
        return page;
    }

private:
    struct sorted_place {
        list_place at;
        const list_scope* of;
    };
    using sorted_list = std::vector<sorted_place>;

    [[nodiscard]] bool is_sortable() const { return std::ranges::all_of(scopes_, &list_scope::is_sortable); }
    [[nodiscard]] bool is_exact() const { return std::ranges::all_of(scopes_, &list_scope::is_exact); }

    [[nodiscard]] std::uint64_t count_of(const list_scope& scope) const
    {
        return static_cast<std::uint64_t>(
            resources::count_where(tx_, who_.directory, scope.type().name, scope.where)
        );
    }

    [[nodiscard]] std::uint64_t count_of_all() const
    {
        std::uint64_t total = 0;
        for (const auto& scope : scopes_)
            total += count_of(scope);
        return total;
    }

    // Empty when that would mean to match too many.
    [[nodiscard]] std::optional<std::uint64_t> counted() const
    {
        const auto candidates = count_of_all();
        if (is_exact())
            return candidates;
        if (candidates > bounds_.counted_rows_max)
            return std::nullopt;
        auto walk = walk_from(std::nullopt, is_descending_, matched_block_rows);
        std::uint64_t total = 0;
        while (walk.next())
            ++total;
        return total;
    }

    [[nodiscard]] list_scan walk_from(
        const std::optional<list_place>& after, bool is_descending, std::int64_t block_rows
    ) const
    {
        return {tx_, who_, scopes_, is_descending, after, block_rows};
    }

    // --- by index

    [[nodiscard]] page_budget whole_room() const { return {query_.page.count, bounds_.document_bytes_max}; }

    // The store selects, orders and cuts; one type stands behind the other.
    [[nodiscard]] selection index_by_offset(std::uint64_t start) const
    {
        selection page{.total = 0};
        auto left = whole_room();
        auto to_skip = start - 1;
        for (const auto& scope : scopes_) {
            const auto before = page.items.size();
            if (left.is_left() && std::in_range<std::int64_t>(to_skip))
                read_cut(scope, to_skip, left, page.items);
            const auto found = page.items.size() - before;
            const bool has_seen_the_end = left.is_left() && (found > 0 || to_skip == 0);
            const auto total = has_seen_the_end ? to_skip + found : count_of(scope);
            to_skip -= std::min(to_skip, total);
            *page.total += total;
        }
        return page;
    }

    void read_cut(
        const list_scope& scope, std::uint64_t offset, page_budget& left, std::vector<list_item>& into
    ) const
    {
        resources::list(
            tx_,
            who_.directory,
            scope.type().name,
            scope.where,
            {scope.column, is_descending_},
            static_cast<std::int64_t>(offset),
            static_cast<std::int64_t>(left.items),
            [&](const resources::row& row) {
                put({{{}, scope.rank, row.id}, row, &scope}, left, into);
                return left.is_left();
            }
        );
    }

    [[nodiscard]] selection index_by_walking(std::uint64_t start) const
    {
        selection page;
        if (is_exact())
            page.total = count_of_all();
        auto left = whole_room();
        std::uint64_t seen = 0;
        auto walk = walk_from(std::nullopt, is_descending_, matched_block_rows);
        while (!page.total || (left.is_left() && start <= *page.total)) {
            auto item = walk.next();
            if (!item)
                break;
            if (++seen >= start && left.is_left())
                put(std::move(*item), left, page.items);
        }
        page.total = page.total.value_or(seen);
        return page;
    }

    [[nodiscard]] selection index_by_sorting(std::uint64_t start) const
    {
        const auto all = sorted_places();
        selection page{.total = all.size()};
        auto left = whole_room();
        for (auto i = start - 1; i < all.size() && left.is_left(); ++i)
            add_item(all[i], left, page.items);
        return page;
    }

    // --- by cursor

    [[nodiscard]] selection page_behind(
        const std::optional<cursor>& from, const std::optional<sorted_list>& sorted
    ) const
    {
        auto found = run_from(from ? std::optional(from->at) : std::nullopt, is_descending_, sorted);
        selection page{.next = found.goes_on};
        if (from && !found.items.empty())
            page.previous = found.items.front().at;
        page.items = std::move(found.items);
        return page;
    }

    [[nodiscard]] selection page_before(const list_place& at, const std::optional<sorted_list>& sorted) const
    {
        auto found = run_from(at, !is_descending_, sorted);
        std::ranges::reverse(found.items);
        selection page{.items = std::move(found.items), .previous = found.goes_on};
        if (!page.items.empty())
            page.next = page.items.back().at;
        else
            page.next = found.goes_on ? found.goes_on : std::optional(just_before(at));
        return page;
    }

    // Nobody has to be there: behind this place stands what stood at the other.
    [[nodiscard]] list_place just_before(list_place at) const
    {
        at.id.value += is_descending_ ? 1 : -1;
        return at;
    }

    [[nodiscard]] run run_from(
        const std::optional<list_place>& after, bool is_descending, const std::optional<sorted_list>& sorted
    ) const
    {
        return sorted ? run_in(*sorted, after, is_descending) : run_by_walking(after, is_descending);
    }

    [[nodiscard]] run run_by_walking(const std::optional<list_place>& after, bool is_descending) const
    {
        auto left = whole_room();
        const auto block_rows = is_exact() ? static_cast<std::int64_t>(left.items) + 1 : matched_block_rows;
        auto walk = walk_from(after, is_descending, block_rows);
        run found;
        // One more than the page has, to know whether there is another page.
        while (auto item = walk.next(bounds_.examined_rows_max)) {
            if (!left.is_left()) {
                found.goes_on = found.items.back().at;
                return found;
            }
            put(std::move(*item), left, found.items);
        }
        if (!walk.is_at_end())
            found.goes_on = walk.reached();
        return found;
    }

    [[nodiscard]] run run_in(
        const sorted_list& all, const std::optional<list_place>& after, bool is_descending
    ) const
    {
        const auto is_behind = [&](const sorted_place& each) {
            return !after || sorts_before(*after, each.at, is_descending);
        };
        run found;
        auto left = whole_room();
        const auto take = [&](const sorted_place& each) {
            if (!is_behind(each))
                return true;
            if (!left.is_left()) {
                found.goes_on = found.items.back().at;
                return false;
            }
            return add_item(each, left, found.items);
        };
        if (is_descending == is_descending_)
            static_cast<void>(std::ranges::all_of(all, take));
        else
            static_cast<void>(std::all_of(all.rbegin(), all.rend(), take));
        return found;
    }

    // --- where no column orders like the attribute: the places of all matches, in memory

    [[nodiscard]] sorted_list sorted_places() const
    {
        sorted_list all;
        for (const auto& scope : scopes_)
            add_places(scope, all);
        std::ranges::sort(all, [this](const auto& a, const auto& b) {
            return sorts_before(a.at, b.at, is_descending_);
        });
        return all;
    }

    void add_places(const list_scope& scope, sorted_list& into) const
    {
        const auto& sort_by = *scope.query->sort_by;
        const resources::ordering by_id;
        resources::list(
            tx_,
            who_.directory,
            scope.type().name,
            scope.where,
            by_id,
            0,
            -1,
            [&](const resources::row& row) {
                who_.work->allow(resource_steps);
                who_.work->charge(row.document.size());
                auto document = document_with_meta(who_, scope.type(), row);
                if (!scope.is_exact && !is_match(tx_, who_, scope, row.id, document))
                    return true;
                add_for_order(tx_, who_, scope, row.id, document);
                auto key = key_of(scim::value_at(sort_by, document), sort_by.leaf(), *who_.work);
                into.push_back({{std::move(key), scope.rank, row.id}, &scope});
                return true;
            }
        );
    }

    bool add_item(const sorted_place& place, page_budget& left, std::vector<list_item>& into) const
    {
        const auto& scope = *place.of;
        if (auto row = resources::find(tx_, who_.directory, scope.type().name, place.at.id))
            put({place.at, std::move(*row), &scope}, left, into);
        return true;
    }

    static void put(list_item one, page_budget& left, std::vector<list_item>& into)
    {
        left.take(one);
        into.push_back(std::move(one));
    }

    store::transaction& tx_;
    const caller& who_;
    const scim::list_query& query_;
    const list_bounds& bounds_;
    const std::vector<list_scope> scopes_;
    const bool is_descending_;
};

// What a cursor is bound to: with another directory, other types, another filter or order it does not open.
std::string identity_of(const caller& who, const scim::list_query& query)
{
    return who.directory.text() + query.identity;
}

std::vector<requested_row> rows_of(const std::vector<list_item>& items)
{
    std::vector<requested_row> rows;
    rows.reserve(items.size());
    for (const auto& item : items)
        rows.push_back({&item.of->type(), &item.of->query->wanted, &item.row});
    return rows;
}

// How many items, from the first or from the last on, list no more than so many members and groups; at least
// one.
std::size_t count_fitting(const std::vector<std::int64_t>& counts, bool from_last, std::int64_t most)
{
    std::int64_t links = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        links += from_last ? counts[counts.size() - 1 - i] : counts[i];
        if (links > most && i > 0)
            return i;
    }
    return counts.size();
}

// A page that would list too many members ends early: further from where it began. What each of the items
// that stay lists.
std::vector<std::int64_t> cut(
    store::transaction& tx, const caller& who, selection& chosen, bool goes_back, std::int64_t most
)
{
    auto counts = count_shown_links(tx, who, rows_of(chosen.items));
    const auto fitting = count_fitting(counts, goes_back, most);
    if (fitting == chosen.items.size())
        return counts;
    const auto rest = static_cast<std::ptrdiff_t>(chosen.items.size() - fitting);
    if (goes_back) {
        chosen.items.erase(chosen.items.begin(), chosen.items.begin() + rest);
        counts.erase(counts.begin(), counts.begin() + rest);
        chosen.previous = chosen.items.front().at;
    } else {
        chosen.items.erase(chosen.items.end() - rest, chosen.items.end());
        counts.erase(counts.end() - rest, counts.end());
        chosen.next = chosen.items.back().at;
    }
    return counts;
}

// Empty: the page is for another thread.
std::optional<page> write_page(
    store::transaction& tx,
    const caller& who,
    const selection& chosen,
    const std::vector<std::int64_t>& links,
    scim::list_head head,
    const list_bounds& bounds,
    spooled_text& into
)
{
    const auto rows = rows_of(chosen.items);
    if (bounds.is_hurried && std::reduce(links.begin(), links.end()) > members_inline_max)
        return std::nullopt;
    into.end() += scim::begin_list(head, rows.size());
    append_page(into, tx, who, rows, links);
    into.end() += scim::list_end;
    return page{std::move(head), rows.size()};
}

}  // namespace

result<std::optional<page>> list(
    store::transaction& tx,
    const caller& who,
    const scim::list_query& query,
    const cursor_seal& seal,
    spooled_text& into,
    const list_bounds& bounds
)
{
    const lister by(tx, who, query, bounds);
    if (!query.page.cursor) {
        auto chosen = by.by_index();
        const auto links = cut(tx, who, chosen, false, bounds.members_max);
        scim::list_head head{chosen.total, query.page.start_index.value_or(1)};
        return write_page(tx, who, chosen, links, std::move(head), bounds, into);
    }

    const auto identity = identity_of(who, query);
    const auto count = query.page.count;
    std::optional<cursor> from;
    if (!query.page.cursor->empty()) {
        auto opened = seal.open(*query.page.cursor, identity, count, tx.now());
        if (!opened)
            return opened.error();
        from = std::move(*opened);
    }
    auto chosen = by.by_cursor(from);
    const auto links = cut(tx, who, chosen, from && from->goes_back, bounds.members_max);
    const auto sealed = [&](const std::optional<list_place>& at, bool goes_back) {
        return at ? seal.seal({*at, goes_back, count}, identity, tx.now()) : std::string();
    };
    scim::list_head head{
        chosen.total, std::nullopt, sealed(chosen.previous, true), sealed(chosen.next, false)
    };
    return write_page(tx, who, chosen, links, std::move(head), bounds, into);
}

store::intent intent_of(const scim::list_query& query)
{
    const bool is_look_up = std::ranges::all_of(query.parts, [](const scim::type_query& part) {
        return part.where && store::compile(*part.where, *part.type).is_look_up();
    });
    return is_look_up ? store::intent::read : store::intent::scan;
}

}  // namespace scimd::service
