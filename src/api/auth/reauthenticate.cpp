#include "api/auth/reauthenticate.hpp"

#include "api/render.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace scimd::api {

reply reauthenticate_late(
    const server_context& server, const request_context& request, reply next, token_check still_good
)
{
    auto* wanted = std::get_if<body_request>(&next);
    if (!wanted)
        return next;
    wanted->recheck =
        [&server, &request, still_good = std::move(still_good)]() -> std::optional<transaction_step> {
        if (server.wall_clock.now() - request.started_at < recheck_after)
            return std::nullopt;
        return transaction_step{store::intent::read, [&request, still_good](store::transaction& tx) -> reply {
                                    const auto known = still_good(tx);
                                    return known ? http::response() : error_for(request, known.error());
                                }};
    };
    return next;
}

}  // namespace scimd::api
