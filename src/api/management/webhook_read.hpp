// What the handlers of webhook endpoints have in common: the endpoint of the path, and its JSON.
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

result<store::webhooks::endpoint> read_webhook(store::transaction& tx, const request_context& request);

// A work on the endpoint of the path. `run` is (transaction&, const endpoint&) -> reply.
template <class Run>
reply with_webhook(const request_context& request, store::intent mode, Run run)
{
    return with_found(request, mode, read_webhook, std::move(run));
}

// The same with a body: (transaction&, const endpoint&, const json::object&) -> reply.
template <class Run>
reply with_webhook_body(const server_context& server, const request_context& request, Run run)
{
    return with_found_body(server, request, read_webhook, std::move(run));
}

// Which page of a list is asked for: rows behind (or before) the number `token`; 0: the first.
struct webhook_page {
    std::int64_t size = 0;
    std::int64_t token = 0;

    // So many rows tell whether there is another page.
    [[nodiscard]] std::int64_t rows() const { return size + 1; }
};

result<webhook_page> read_webhook_page(const request_context& request);

// A page as JSON, the list in the member `name`. `show` is (const Row&) -> json::object, and `token_of`
// (const Row&) -> std::int64_t says where the page behind the row begins.
template <class Row, class Show, class TokenOf>
json::object page_of(
    std::string_view name, std::vector<Row> found, const webhook_page& asked, Show show, TokenOf token_of
)
{
    const bool has_more = static_cast<std::int64_t>(found.size()) > asked.size;
    if (has_more)
        found.pop_back();
    json::array listed;
    for (const auto& one : found)
        listed.push_back(show(one));
    return {
        {name, std::move(listed)},
        {"next_page_token", has_more ? std::to_string(token_of(found.back())) : ""},
        {"prev_page_token", ""}
    };
}

// The settings that a body names, upon those so far. invalid_value names the member.
result<store::webhooks::settings> read_settings(const json::object& body, store::webhooks::settings so_far);

json::object endpoint_json(store::transaction& tx, const store::webhooks::endpoint& from);

// How its deliveries are doing: what stands still, what waits, what was given up.
json::object stats_of(store::transaction& tx, const store::webhooks::endpoint& of);

}  // namespace scimd::api
