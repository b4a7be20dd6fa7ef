// A management request as its handler sees it, and what handlers have in common: ids, numbers and times of a
// request, and what its path names.
#pragma once

#include "api/render.hpp"
#include "api/request_context.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/json/json.hpp"
#include "service/events/event_source.hpp"
#include "store/engine/transaction.hpp"
#include "store/tenants.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::api {

// Lives as long as the transaction; one thread.
struct management_request {
    const server_context& server;
    request_context& context;
    store::transaction& tx;
    const json::object& body;  // as described; empty where the route takes none

    // The value of the template's {name}; empty when the template has none.
    [[nodiscard]] const std::string& parameter(std::string_view name) const {
        return context.parameter(name);
    }

    [[nodiscard]] bool is_of_environment() const { return context.api_client.is_of_environment(); }

    // Its caller as the source of events.
    [[nodiscard]] service::event_source source() const;
};

// A time of a body or a query, RFC 3339; empty when it is missing. invalid_value names it.
result<std::optional<time_point>> parse_time(const std::optional<std::string>& text, std::string_view name);

// The last id of that millisecond: where a range ends that has a time as its upper bound.
std::int64_t last_id_at(time_point when);

// A query parameter by its name or, as gRPC gateways have it, by that in camel case: page_size and pageSize.
std::optional<std::string_view> query_parameter(const request_context& request, std::string_view name);

constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();

// A query parameter's number within bounds; the default when it is missing.
struct number_bounds {
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::int64_t default_value = 0;
};
result<std::int64_t> number_parameter(
        const request_context& request, std::string_view name, const number_bounds& bounds);

// The organization of the path, and that it exists.
result<organization_id> read_organization(const management_request& request);
result<store::tenants::organization> find_organization(const management_request& request);

// The directory of the path ("{directory}") in its organization, which may be "-" for any.
result<store::tenants::directory> read_directory(const management_request& request);

}  // namespace scimd::api
