#include "app/stream_source.hpp"

#include <memory>
#include <utility>

namespace scimd::app {
namespace {

// No transaction is open between two pieces: a slow reader holds back no checkpoint.
class store_source final : public http::body_source {
public:
    store_source(
        store::database& database, std::function<state(store::transaction&, std::string&)> next_piece
    )
        : database_(database), next_piece_(std::move(next_piece))
    {
    }

    state next(std::string& piece) override
    {
        auto outcome = state::done;
        store::run(database_, store::intent::read, [&](store::transaction& tx) {
            outcome = next_piece_(tx, piece);
            return store::verdict::commit;
        });
        return outcome;
    }

private:
    store::database& database_;
    const std::function<state(store::transaction&, std::string&)> next_piece_;
};

}  // namespace

http::response with_stream(store::database& database, api::streamed reply)
{
    auto response = std::move(reply.head);
    response.stream = std::make_unique<store_source>(database, std::move(reply.next));
    return response;
}

}  // namespace scimd::app
