// Quotas of a directory: their use and their limits.
#include "service/limits/quotas.hpp"

#include "api/management/management_request.hpp"
#include "management_operations.hpp"
#include "store/usage.hpp"

#include <optional>
#include <utility>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace usage = store::usage;

// Events per second have a limit only: their count is not stored.
http::response quotas_response(
        const server_context& server, store::transaction& tx, const tenants::directory& of) {
    const auto found = usage::find(tx, of.id);
    const auto limits = server.quotas->limits_of(found.own);
    json::array quotas;
    for (std::size_t i = 0; i < usage::quota_count; ++i) {
        json::object one{{"name", usage::quota_names[i]}, {"limit", limits[i]},
                {"is_default", !found.own[i].has_value()}};
        if (i != usage::index_of(usage::quota::events_per_second))
            one["used"] = found.used[i];
        quotas.push_back(std::move(one));
    }
    return manage_response(200, {{"directory_id", of.id.text()}, {"quotas", std::move(quotas)}});
}

}  // namespace

result<http::response> get_quotas(management_request& request) {
    const auto found = read_directory(request);
    if (!found)
        return found.error();
    return quotas_response(request.server, request.tx, *found);
}

// null goes back to the default.
result<http::response> update_quotas(management_request& request) {
    const auto found = read_directory(request);
    if (!found)
        return found.error();
    auto own = usage::find(request.tx, found->id).own;
    const auto& given = request.body.at("quotas").as_object();
    for (std::size_t i = 0; i < usage::quota_count; ++i)
        if (const auto* limit = find(given, usage::quota_names[i]))
            own[i] = limit->is_null() ? std::nullopt : std::optional(limit->as_int64());
    usage::set_limits(request.tx, found->id, own);
    return quotas_response(request.server, request.tx, *found);
}

}  // namespace scimd::api
