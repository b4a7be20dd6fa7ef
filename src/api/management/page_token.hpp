// Page tokens of lists that are paginated by id: opaque to clients; a direction and an id. Pure.
#pragma once

#include "base/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::api {

// The position of a page: behind an id, or before one. The first page is behind 0.
struct page_position {
    bool is_before = false;
    std::int64_t id = 0;

    [[nodiscard]] bool is_first() const noexcept { return !is_before && id == 0; }
};

// `list` names the list, so that the token of one list is not taken for that of another.
std::string to_page_token(std::string_view list, const page_position& where);

// invalid_value: the text cannot be a token.
result<void> check_page_token(std::string_view token);

// not_found: the error of a token that is well formed and of no page of the list. The description of the API
// says what is well formed, and cannot say which pages there are.
error no_such_page();

// The first page when there is no token. invalid_value: it is malformed; not_found: it is of another list.
result<page_position> parse_page_token(std::string_view list, std::optional<std::string_view> token);

// One page of rows, and the tokens of its neighbours; empty: there is none.
template <class Row>
struct token_page {
    std::vector<Row> rows{};
    std::string next{};
    std::string previous{};
};

// `found` are the rows in the direction of `where`, one more than the page has when there are so many.
// `id_of` gives the id of a row.
template <class Row, class IdOf>
token_page<Row> make_page(std::string_view list, const page_position& where, std::size_t size,
        std::vector<Row> found, IdOf id_of) {
    const bool has_more = found.size() > size;
    if (has_more)
        found.pop_back();
    if (where.is_before)
        std::ranges::reverse(found);
    token_page<Row> page{std::move(found)};
    if (page.rows.empty())
        return page;
    if (where.is_before || has_more)
        page.next = to_page_token(list, {false, id_of(page.rows.back())});
    if (where.is_before ? has_more : !where.is_first())
        page.previous = to_page_token(list, {true, id_of(page.rows.front())});
    return page;
}

}  // namespace scimd::api
