// Page tokens of the users and groups of a directory, which are in the order of their changes: a position and
// a direction, bound to the query. Opaque to clients. Pure.
#pragma once

#include "base/error.hpp"
#include "store/directory_pages.hpp"

#include <string>
#include <string_view>

namespace scimd::api {

struct list_token {
    bool is_backwards = false;
    store::directory_pages::position at;

    // `query` is what is the same on every page: list, directory and conditions.
    [[nodiscard]] std::string text(std::string_view query) const;

    // invalid_value: it is malformed; not_found: it is of another query.
    static result<list_token> parse(std::string_view text, std::string_view query);
};

}  // namespace scimd::api
