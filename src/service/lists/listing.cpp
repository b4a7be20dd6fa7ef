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

constexpr std::int64_t filtered_block_rows = 256;  // read at once when a filter is evaluated row by row

// The resources of a page, not yet serialized.
struct page_selection {
    std::optional<std::uint64_t> total{};
    std::vector<list_item> items{};
    std::optional<list_place> previous{};  // the previous page ends before this position
    std::optional<list_place> next{};      // the next page begins after this position
};

// Consecutive items in one direction, and the position to continue after; empty: there are no more.
struct item_range {
    std::vector<list_item> items;
    std::optional<list_place> resume_after;
};

// The space that is left on a page.
struct page_budget {
    std::size_t items;
    std::size_t bytes;

    [[nodiscard]] bool is_left() const noexcept { return items > 0 && bytes > 0; }
    void take(const list_item& one) noexcept {
        --items;
        bytes -= std::min(bytes, one.row.document.size());
    }
};

// Selects the resources of one page.
class page_selector {
public:
    page_selector(store::transaction& tx, const caller& caller, const scim::list_query& query,
            const list_bounds& bounds)
            : tx_(tx),
              caller_(caller),
              query_(query),
              bounds_(bounds),
              scopes_(scopes_of(query)),
              is_descending_(query.order == scim::sort_order::descending) {}

    page_selection by_index() const {
        const auto start = query_.page.start_index.value_or(1);
        if (!is_sortable())
            return index_by_sorting(start);
        const bool is_plain_sequence = scopes_.size() <= 1 || !query_.is_sorted();
        return is_exact() && is_plain_sequence ? index_by_offset(start) : index_by_scanning(start);
    }

    page_selection by_cursor(const std::optional<cursor>& from) const {
        const auto sorted = is_sortable() ? std::nullopt : std::optional(sorted_places());
        page_selection page;
        if (query_.page.count > 0)
            page = from && from->goes_back ? page_before(from->at, sorted) : page_after(from, sorted);
        page.total = sorted ? sorted->size() : total_by_cursor();
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

    [[nodiscard]] std::uint64_t count_of(const list_scope& scope) const {
        return static_cast<std::uint64_t>(
                resources::count_where(tx_, caller_.directory, scope.type().name, scope.where));
    }

    [[nodiscard]] std::uint64_t count_rows() const {
        std::uint64_t total = 0;
        for (const auto& scope : scopes_)
            total += count_of(scope);
        return total;
    }

    // The number of matches; empty when a filter would have to be evaluated on too many rows.
    [[nodiscard]] std::optional<std::uint64_t> total_by_cursor() const {
        const auto candidates = count_rows();
        if (is_exact())
            return candidates;
        if (candidates > bounds_.counted_rows_max)
            return std::nullopt;
        auto scan = scan_from(std::nullopt, is_descending_, filtered_block_rows);
        std::uint64_t total = 0;
        while (scan.next())
            ++total;
        return total;
    }

    [[nodiscard]] list_scan scan_from(
            const std::optional<list_place>& after, bool is_descending, std::int64_t block_rows) const {
        return {tx_, caller_, scopes_, is_descending, after, block_rows};
    }

    // --- by index

    [[nodiscard]] page_budget full_budget() const { return {query_.page.count, bounds_.document_bytes_max}; }

    // The store filters, orders and skips rows; the types come one after the other.
    [[nodiscard]] page_selection index_by_offset(std::uint64_t start) const {
        page_selection page{.total = 0};
        auto left = full_budget();
        auto to_skip = start - 1;
        for (const auto& scope : scopes_) {
            const auto before = page.items.size();
            if (left.is_left() && std::in_range<std::int64_t>(to_skip))
                read_range(scope, to_skip, left, page.items);
            const auto found = page.items.size() - before;
            const bool has_reached_end = left.is_left() && (found > 0 || to_skip == 0);
            const auto total = has_reached_end ? to_skip + found : count_of(scope);
            to_skip -= std::min(to_skip, total);
            *page.total += total;
        }
        return page;
    }

    void read_range(const list_scope& scope, std::uint64_t offset, page_budget& left,
            std::vector<list_item>& into) const {
        resources::list(tx_, caller_.directory, scope.type().name, scope.where,
                {scope.column, is_descending_}, static_cast<std::int64_t>(offset),
                static_cast<std::int64_t>(left.items), [&](const resources::row& row) {
                    append_item({{{}, scope.rank, row.id}, row, &scope}, left, into);
                    return left.is_left();
                });
    }

    [[nodiscard]] page_selection index_by_scanning(std::uint64_t start) const {
        page_selection page;
        if (is_exact())
            page.total = count_rows();
        auto left = full_budget();
        std::uint64_t seen = 0;
        auto scan = scan_from(std::nullopt, is_descending_, filtered_block_rows);
        while (!page.total || (left.is_left() && start <= *page.total)) {
            auto item = scan.next();
            if (!item)
                break;
            if (++seen >= start && left.is_left())
                append_item(std::move(*item), left, page.items);
        }
        page.total = page.total.value_or(seen);
        return page;
    }

    [[nodiscard]] page_selection index_by_sorting(std::uint64_t start) const {
        const auto all = sorted_places();
        page_selection page{.total = all.size()};
        auto left = full_budget();
        for (auto i = start - 1; i < all.size() && left.is_left(); ++i)
            add_item(all[i], left, page.items);
        return page;
    }

    // --- by cursor

    [[nodiscard]] page_selection page_after(
            const std::optional<cursor>& from, const std::optional<sorted_list>& sorted) const {
        auto found = range_after(from ? std::optional(from->at) : std::nullopt, is_descending_, sorted);
        page_selection page{.next = found.resume_after};
        if (from && !found.items.empty())
            page.previous = found.items.front().at;
        page.items = std::move(found.items);
        return page;
    }

    [[nodiscard]] page_selection page_before(
            const list_place& at, const std::optional<sorted_list>& sorted) const {
        auto found = range_after(at, !is_descending_, sorted);
        std::ranges::reverse(found.items);
        page_selection page{.items = std::move(found.items), .previous = found.resume_after};
        if (!page.items.empty())
            page.next = page.items.back().at;
        else
            page.next = found.resume_after ? found.resume_after : std::optional(just_before(at));
        return page;
    }

    // A position just before another one; no resource needs to exist there.
    [[nodiscard]] list_place just_before(list_place at) const {
        at.id.value += is_descending_ ? 1 : -1;
        return at;
    }

    [[nodiscard]] item_range range_after(const std::optional<list_place>& after, bool is_descending,
            const std::optional<sorted_list>& sorted) const {
        return sorted ? range_in(*sorted, after, is_descending) : range_by_scanning(after, is_descending);
    }

    [[nodiscard]] item_range range_by_scanning(
            const std::optional<list_place>& after, bool is_descending) const {
        auto left = full_budget();
        const auto block_rows = is_exact() ? static_cast<std::int64_t>(left.items) + 1 : filtered_block_rows;
        auto scan = scan_from(after, is_descending, block_rows);
        item_range found;
        // Reads one more than the page holds, to know whether there is another page.
        while (auto item = scan.next(bounds_.examined_rows_max)) {
            if (!left.is_left()) {
                found.resume_after = found.items.back().at;
                return found;
            }
            append_item(std::move(*item), left, found.items);
        }
        if (!scan.is_at_end())
            found.resume_after = scan.reached();
        return found;
    }

    [[nodiscard]] item_range range_in(
            const sorted_list& all, const std::optional<list_place>& after, bool is_descending) const {
        const auto is_after = [&](const sorted_place& each) {
            return !after || sorts_before(*after, each.at, is_descending);
        };
        item_range found;
        auto left = full_budget();
        const auto take = [&](const sorted_place& each) {
            if (!is_after(each))
                return true;
            if (!left.is_left()) {
                found.resume_after = found.items.back().at;
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

    // --- sorted by an attribute without an ordered column: positions of all matches, in memory

    [[nodiscard]] sorted_list sorted_places() const {
        sorted_list all;
        for (const auto& scope : scopes_)
            add_places(scope, all);
        std::ranges::sort(all,
                [this](const auto& a, const auto& b) { return sorts_before(a.at, b.at, is_descending_); });
        return all;
    }

    void add_places(const list_scope& scope, sorted_list& into) const {
        const auto& sort_by = *scope.query->sort_by;
        const resources::ordering by_id;
        resources::list(tx_, caller_.directory, scope.type().name, scope.where, by_id, 0, -1,
                [&](const resources::row& row) {
                    caller_.work->allow(resource_steps);
                    caller_.work->charge(row.document.size());
                    auto document = document_with_meta(caller_, scope.type(), row);
                    if (!scope.is_exact && !is_match(tx_, caller_, scope, row.id, document))
                        return true;
                    add_sort_value(tx_, caller_, scope, row.id, document);
                    auto key = key_of(scim::value_at(sort_by, document), sort_by.leaf(), *caller_.work);
                    into.push_back({{std::move(key), scope.rank, row.id}, &scope});
                    return true;
                });
    }

    bool add_item(const sorted_place& place, page_budget& left, std::vector<list_item>& into) const {
        const auto& scope = *place.of;
        if (auto row = resources::find(tx_, caller_.directory, scope.type().name, place.at.id))
            append_item({place.at, std::move(*row), &scope}, left, into);
        return true;
    }

    static void append_item(list_item one, page_budget& left, std::vector<list_item>& into) {
        left.take(one);
        into.push_back(std::move(one));
    }

    store::transaction& tx_;
    const caller& caller_;
    const scim::list_query& query_;
    const list_bounds& bounds_;
    const std::vector<list_scope> scopes_;
    const bool is_descending_;
};

// Identifies the query that a cursor is bound to: directory, types, filter and order.
std::string identity_of(const caller& caller, const scim::list_query& query) {
    return caller.directory.text() + query.identity;
}

std::vector<requested_row> rows_of(const std::vector<list_item>& items) {
    std::vector<requested_row> rows;
    rows.reserve(items.size());
    for (const auto& item : items)
        rows.push_back({&item.of->type(), &item.of->query->wanted, &item.row});
    return rows;
}

// The number of items, at least one, counted from the first or from the last, that list at most `links_max`
// members and groups.
std::size_t count_fitting(const std::vector<std::int64_t>& counts, bool from_last, std::int64_t links_max) {
    std::int64_t links = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        links += from_last ? counts[counts.size() - 1 - i] : counts[i];
        if (links > links_max && i > 0)
            return i;
    }
    return counts.size();
}

// Shortens a page that would list too many members, at the end that is further from where it began. Returns
// the number of members or groups of each remaining item.
std::vector<std::int64_t> limit_links(store::transaction& tx, const caller& caller, page_selection& chosen,
        bool goes_back, std::int64_t links_max) {
    auto counts = count_shown_links(tx, caller, rows_of(chosen.items));
    const auto fitting = count_fitting(counts, goes_back, links_max);
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

// Empty: the page is too large for an inline read.
std::optional<page> write_page(store::transaction& tx, const caller& caller, const page_selection& chosen,
        const std::vector<std::int64_t>& links, scim::list_head head, const list_bounds& bounds,
        spooled_text& into) {
    const auto rows = rows_of(chosen.items);
    if (bounds.is_inline && std::reduce(links.begin(), links.end()) > members_inline_max)
        return std::nullopt;
    into.end() += scim::begin_list(head, rows.size());
    append_page(into, tx, caller, rows, links);
    into.end() += scim::list_end;
    return page{std::move(head), rows.size()};
}

}  // namespace

result<std::optional<page>> list(store::transaction& tx, const caller& caller, const scim::list_query& query,
        const cursor_seal& seal, spooled_text& into, const list_bounds& bounds) {
    const page_selector selector(tx, caller, query, bounds);
    if (!query.page.cursor) {
        auto chosen = selector.by_index();
        const auto links = limit_links(tx, caller, chosen, false, bounds.members_max);
        scim::list_head head{chosen.total, query.page.start_index.value_or(1)};
        return write_page(tx, caller, chosen, links, std::move(head), bounds, into);
    }

    const auto identity = identity_of(caller, query);
    const auto count = query.page.count;
    std::optional<cursor> from;
    if (!query.page.cursor->empty()) {
        auto opened = seal.open(*query.page.cursor, identity, count, tx.now());
        if (!opened)
            return opened.error();
        from = std::move(*opened);
    }
    auto chosen = selector.by_cursor(from);
    const auto links = limit_links(tx, caller, chosen, from && from->goes_back, bounds.members_max);
    const auto sealed = [&](const std::optional<list_place>& at, bool goes_back) {
        return at ? seal.seal({*at, goes_back, count}, identity, tx.now()) : std::string();
    };
    scim::list_head head{
            chosen.total, std::nullopt, sealed(chosen.previous, true), sealed(chosen.next, false)};
    return write_page(tx, caller, chosen, links, std::move(head), bounds, into);
}

store::intent intent_of(const scim::list_query& query) {
    const bool is_look_up = std::ranges::all_of(query.parts, [](const scim::type_query& part) {
        return part.where && store::compile(*part.where, *part.type).is_look_up();
    });
    return is_look_up ? store::intent::read : store::intent::scan;
}

}  // namespace scimd::service
