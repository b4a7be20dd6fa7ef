// Pages of resources of one type or of several (RFC 7644 §3.4.2, §3.4.3, RFC 9865).
//
// Pagination by index reads any page, counted from the first. Pagination by cursor reads the next or the
// previous page. A cursor is a key (keyset pagination): a resource that exists from the first page to the
// last is returned exactly once, whatever is added or removed meanwhile, and a page deep in the list costs as
// much as the first one.
//
// Two kinds of query examine all resources for each page: those sorted by an attribute without an ordered
// column, and, by index, those with a filter that has to be evaluated row by row. By cursor such a filter
// examines list_bounds::examined_rows_max resources a page; the page may have fewer resources than requested,
// even none, and has a nextCursor if there are more.
#pragma once

#include "base/error.hpp"
#include "base/spooled_text.hpp"
#include "scim/messages/message.hpp"
#include "scim/messages/query.hpp"
#include "service/auth/caller.hpp"
#include "service/lists/cursor.hpp"
#include "store/engine/database.hpp"
#include "store/engine/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace scimd::service {

// Limits of one page.
struct list_bounds {
    std::uint64_t examined_rows_max = 20'000;  // by cursor

    // By cursor with a filter that has to be evaluated row by row, totalResults is omitted when there are
    // more candidates than these.
    std::uint64_t counted_rows_max = 10'000;

    // Members of all groups and groups of all users of a page. A page that would list more ends early, with
    // at least one resource (RFC 7644 §3.4.2.4 lets a page have fewer resources than requested).
    std::int64_t members_max = 500'000;

    // Documents of a page, which ends with the resource that reaches the limit.
    std::size_t document_bytes_max = 16 * 1024 * 1024;

    // An inline read: the thread serves sockets, too, and leaves a page of more members and groups than
    // members_inline_max to a reader of the pool.
    bool is_inline = false;
};

// A page that has been written.
struct page {
    scim::list_head head;
    std::size_t count = 0;  // resources
};

// Appends the ListResponse to `into`. Empty, with nothing appended: the page is too large for an inline read.
// Errors are those of cursor_seal::open(). Thread contract: that of the transaction.
result<std::optional<page>> list(store::transaction& tx, const caller& caller, const scim::list_query& query,
        const cursor_seal& seal, spooled_text& into, const list_bounds& bounds = {});

// How the store should run a query: `read` when an equality on an index answers all of it
// (store::compiled_filter), `scan` for everything else. The caller limits a read
// (store::intent::inline_read): an index may have many rows with one value.
store::intent intent_of(const scim::list_query& query);

}  // namespace scimd::service
