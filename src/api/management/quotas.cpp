// What a directory uses, and how much it may. Bodies have been held against their description.
#include "service/limits/quotas.hpp"

#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "store/usage.hpp"

namespace scimd::api {
namespace {

namespace tenants = store::tenants;
namespace usage = store::usage;

// The count of events a second is not kept: it has a limit alone.
http::response quotas_response(
    const server_context& server, store::transaction& tx, const tenants::directory& of
)
{
    const auto found = usage::find(tx, of.id);
    const auto limits = server.quotas->limits_of(found.own);
    json::array quotas;
    for (std::size_t i = 0; i < usage::quota_count; ++i) {
        json::object one{
            {"name", usage::quota_names[i]}, {"limit", limits[i]}, {"is_default", !found.own[i].has_value()}
        };
        if (i != usage::index_of(usage::quota::events_per_second))
            one["used"] = found.used[i];
        quotas.push_back(std::move(one));
    }
    return manage_response(200, {{"directory_id", of.id.text()}, {"quotas", std::move(quotas)}});
}

}  // namespace

reply get_quotas(const server_context& server, request_context& request)
{
    return with_directory(
        request,
        store::intent::read,
        [&server](store::transaction& tx, const tenants::directory& found) -> reply {
            return quotas_response(server, tx, found);
        }
    );
}

reply update_quotas(const server_context& server, request_context& request)
{
    return with_directory_body(
        server,
        request,
        [&server](
            store::transaction& tx, const tenants::directory& found, const json::object& body
        ) -> reply {
            auto own = usage::find(tx, found.id).own;
            const auto& given = *find_object(body, "quotas");
            for (std::size_t i = 0; i < usage::quota_count; ++i) {
                const auto name = usage::quota_names[i];
                if (!find(given, name))
                    continue;
                const auto limit = optional_number(given, name, 0, service::quota_max);
                if (!limit)
                    return manage_error(limit.error());
                own[i] = *limit;
            }
            usage::set_limits(tx, found.id, own);
            return quotas_response(server, tx, found);
        }
    );
}

}  // namespace scimd::api
