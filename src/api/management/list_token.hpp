// Opaque page tokens of lists in the order of time or of ids: a position and the direction in which to go on,
// bound to what was asked. Pure.
#pragma once

#include "base/error.hpp"
#include "store/directory_pages.hpp"

#include <string>
#include <string_view>

namespace scimd::api {

struct list_token {
    bool is_backwards = false;
    store::directory_pages::position at;

    // `query` is what must be the same on every page: list, directory and conditions.
    [[nodiscard]] std::string text(std::string_view query) const;

    // invalid_value when it is malformed, not_found when it is of another query.
    static result<list_token> parse(std::string_view text, std::string_view query);
};

}  // namespace scimd::api
