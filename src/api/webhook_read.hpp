// What the handlers of webhook endpoints have in common: the endpoint of the path, and its JSON.
#pragma once

#include "api/manage_read.hpp"
#include "store/webhook_deliveries.hpp"
#include "store/webhooks.hpp"

#include <optional>
#include <string>
#include <utility>

namespace scimd::api {

result<store::webhooks::endpoint> read_webhook(store::transaction& tx, const call& on);

// A work on the endpoint of the path. `run` is (transaction&, const endpoint&) -> reply.
template <class Run>
reply with_webhook(const call& on, store::intent mode, Run run)
{
    return work{mode, [&on, run = std::move(run)](store::transaction& tx) -> reply {
                    const auto found = read_webhook(tx, on);
                    return found ? run(tx, *found) : reply(manage_error(found.error()));
                }};
}

// The same with a body: (transaction&, const endpoint&, const json::object&) -> reply.
template <class Run>
reply with_webhook_body(const house& home, const call& on, Run run)
{
    return with_manage_body(
        home,
        [&on, run = std::move(run)](store::transaction& tx, const json::object& body) -> reply {
            const auto found = read_webhook(tx, on);
            return found ? run(tx, *found, body) : reply(manage_error(found.error()));
        }
    );
}

// The settings that a body names, upon those so far. invalid_value names the member.
result<store::webhooks::settings> read_settings(const json::object& body, store::webhooks::settings so_far);

json::object to_json(store::transaction& tx, const store::webhooks::endpoint& from);

// How its deliveries are doing: what stands still, what waits, what was given up.
json::object stats_of(store::transaction& tx, const store::webhooks::endpoint& of);

}  // namespace scimd::api
