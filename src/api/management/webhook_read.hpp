// What the handlers of webhook endpoints have in common: the endpoint of the path, its pages, and its JSON.
#pragma once

#include "api/management/management_request.hpp"
#include "store/webhook_deliveries.hpp"
#include "store/webhooks.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::api {

// The endpoint of the path.
result<store::webhooks::endpoint> read_webhook(const management_request& request);

// A page of a list: rows behind (or before) the number `token`; 0: the first page.
struct webhook_page {
    std::int64_t size = 0;
    std::int64_t token = 0;

    // One more row than the page has: it tells whether there is another page.
    [[nodiscard]] std::int64_t rows() const { return size + 1; }
};

result<webhook_page> read_webhook_page(const management_request& request);

// A page as JSON, the list in the member `name`. `show` is (const Row&) -> json::object, and `token_of`
// (const Row&) -> std::int64_t says where the page behind the row begins.
template <class Row, class Show, class TokenOf>
json::object page_of(std::string_view name, std::vector<Row> found, const webhook_page& asked, Show show,
        TokenOf token_of) {
    const bool has_more = static_cast<std::int64_t>(found.size()) > asked.size;
    if (has_more)
        found.pop_back();
    json::array listed;
    for (const auto& one : found)
        listed.push_back(show(one));
    return {{name, std::move(listed)},
            {"next_page_token", has_more ? std::to_string(token_of(found.back())) : ""},
            {"prev_page_token", ""}};
}

json::object endpoint_json(store::transaction& tx, const store::webhooks::endpoint& from);

// Statistics of its deliveries: blocked directories, waiting events, dead letters.
json::object stats_of(store::transaction& tx, const store::webhooks::endpoint& of);

}  // namespace scimd::api
