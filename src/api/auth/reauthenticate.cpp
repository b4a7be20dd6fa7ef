#include "api/auth/reauthenticate.hpp"

#include "api/render.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace scimd::api {

reply judged_again(const house& home, const call& on, reply next, judge still_good)
{
    auto* wanted = std::get_if<body_wanted>(&next);
    if (!wanted)
        return next;
    wanted->judge = [&home, &on, still_good = std::move(still_good)]() -> std::optional<work> {
        if (home.wall.now() - on.begun < judged_for)
            return std::nullopt;
        return work{store::intent::read, [&on, still_good](store::transaction& tx) -> reply {
                        const auto known = still_good(tx);
                        return known ? http::response() : error_for(on, known.error());
                    }};
    };
    return next;
}

}  // namespace scimd::api
