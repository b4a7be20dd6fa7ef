#include "api/scim/idp_detection.hpp"

#include "service/request_log/idp_detection.hpp"
#include "store/dialects.hpp"

#include <utility>

namespace scimd::api {
namespace {

std::optional<std::string_view> user_agent_of(const http::request& head)
{
    const auto* field = head.headers.find("User-Agent");
    return field ? std::optional<std::string_view>(*field) : std::nullopt;
}

// From here on the request itself is taken for one of that provider.
void adopt(service::caller& who, const store::tenants::detection& seen)
{
    who.detected = seen;
    if (who.is_provider_told)
        return;
    who.provider = seen.provider;
    if (who.leniency != scim::leniency::strict)
        who.leniency = service::leniency_of(store::tenants::scim_mode::compat, {}, seen);
}

// What the request shows, when that is another provider than is known.
std::optional<service::sighting> find_news(const house& home, const call& on, const json::object* body)
{
    if (on.who.user)
        return std::nullopt;
    auto seen = service::recognize(
        {.method = on.head.method,
         .user_agent = user_agent_of(on.head),
         .target = on.head.target,
         .body = body}
    );
    if (seen && !service::is_news(*seen, on.who.detected, home.wall.now()))
        seen.reset();
    return seen;
}

}  // namespace

bool shows_news(const house& home, const call& on, const json::object* body)
{
    return find_news(home, on, body).has_value();
}

reply with_sighting(const house& home, call& on, const json::object* body, std::function<reply()> next)
{
    const auto seen = find_news(home, on, body);
    if (!seen)
        return next();
    return work{store::intent::write, [&on, seen, next = std::move(next)](store::transaction& tx) -> reply {
                    const store::tenants::detection found{
                        std::string(seen->provider), std::string(seen->by), seen->is_certain, tx.now()
                    };
                    store::dialects::set_detected(tx, on.who.directory, found);
                    adopt(on.who, found);
                    return next();
                }};
}

}  // namespace scimd::api
