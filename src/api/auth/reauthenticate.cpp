#include "api/auth/reauthenticate.hpp"

#include "api/render.hpp"

#include <utility>
#include <variant>

namespace scimd::api {

std::function<std::optional<transaction_step>()> recheck_when_late(
        const server_context& server, const request_context& request, token_check still_good) {
    return [&server, &request, still_good = std::move(still_good)]() -> std::optional<transaction_step> {
        if (server.wall_clock.now() - request.started_at < recheck_after)
            return std::nullopt;
        return transaction_step{store::intent::read, [&request, still_good](store::transaction& tx) -> reply {
                                    const auto known = still_good(tx);
                                    return known ? http::response() : error_for(request, known.error());
                                }};
    };
}

reply reauthenticate_late(
        const server_context& server, const request_context& request, reply next, token_check still_good) {
    if (auto* wanted = std::get_if<body_request>(&next))
        wanted->recheck = recheck_when_late(server, request, std::move(still_good));
    return next;
}

}  // namespace scimd::api
