// Pages of resources of one type or of several (RFC 7644 §3.4.2, §3.4.3, RFC 9865).
//
// By index: any page, counted from the first. By cursor: from one page to the next and back. Where the page
// before ended is a key, so each resource that is there from the first page to the last is met exactly once,
// whatever comes and goes meanwhile, and a page deep in the list costs what the first one costs. Two kinds of
// query look at all resources for each page: those sorted by an attribute that no column orders like, and, by
// index, those with a filter that has to be matched row by row. By cursor such a filter looks at
// list_bounds::examined_rows_max resources a page; that page may have fewer than were asked for, even none,
// and has a nextCursor if anything is left.
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

struct list_bounds {
    std::uint64_t examined_rows_max = 20'000;  // of a page by cursor

    // By cursor with a filter that has to be matched row by row, totalResults is left out when there are more
    // resources than these.
    std::uint64_t counted_rows_max = 10'000;

    // Of all groups of a page, and groups of all its users; one that would list more ends early, with at
    // least one resource (RFC 7644 §3.4.2.4 lets a page have fewer than were asked for).
    std::int64_t members_max = 500'000;

    // Of the documents of a page; it ends with the resource that reaches them.
    std::size_t document_bytes_max = 16 * 1024 * 1024;

    // Others wait for this thread: a page of more members and groups than members_inline_max is not for it.
    bool is_hurried = false;
};

struct page {
    scim::list_head head;
    std::size_t count = 0;  // of the resources on it
};

// Appends the ListResponse to `into`. Empty, with nothing appended: the page is not for a thread in a hurry.
// Errors are those of cursor_seal::open.
result<std::optional<page>> list(
    store::transaction& tx,
    const caller& who,
    const scim::list_query& query,
    const cursor_seal& seal,
    spooled_text& into,
    const list_bounds& bounds = {}
);

// read when the store looks up all of it by an equality on an index (store::compiled_filter), scan for
// everything else. The caller bounds the read (store::intent::inline_read): an index may have many rows
// of one value.
store::intent intent_of(const scim::list_query& query);

}  // namespace scimd::service
