#include "api/late_body.hpp"

#include "api/render.hpp"

#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace scimd::api {

reply judged_again(const house& home, const call& on, reply next, judge still_good)
{
    auto* wanted = std::get_if<body_wanted>(&next);
    if (!wanted)
        return next;
    wanted->then = [&home, &on, still_good = std::move(still_good), then = std::move(wanted->then)](
                       std::string text
                   ) -> reply {
        if (home.wall.now() - on.begun < judged_for)
            return then(std::move(text));
        const auto body = std::make_shared<const std::string>(std::move(text));
        return work{store::intent::read, [&on, still_good, then, body](store::transaction& tx) -> reply {
                        const auto known = still_good(tx);
                        return known ? then(*body) : reply(error_for(on, known.error()));
                    }};
    };
    return next;
}

}  // namespace scimd::api
