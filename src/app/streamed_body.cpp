#include "app/streamed_body.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace scimd::app {
namespace {

// No transaction is open between two pieces, so that a slow reader delays no checkpoint.
class store_source : public http::body_source {
public:
    store_source(store::database& database, api::response_stream reply)
            : database_(database), next_piece_(std::move(reply.next)) {}

    state next(std::string& piece) override {
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

// Waits for commits at the end of the log, and ends when the server drains.
class endless_source final : public store_source {
public:
    endless_source(store::database& database, commit_notifier& notifier, const store::tenant& owner,
            api::response_stream reply)
            : store_source(database, std::move(reply)),
              subscription_(notifier.subscribe(owner, [waker = waker_] { waker->wake(); })) {}

    state next(std::string& piece) override {
        const auto outcome = store_source::next(piece);
        return is_draining_ ? state::done : outcome;
    }

    void on_wake(std::function<void()> wake) override { waker_->set(std::move(wake)); }
    void drain() override { is_draining_ = true; }

private:
    class waker {
    public:
        void set(std::function<void()> wake) {
            const std::lock_guard hold(lock_);
            wake_ = std::move(wake);
        }
        void wake() {
            const std::lock_guard hold(lock_);
            if (wake_)
                wake_();
        }

    private:
        std::mutex lock_;
        std::function<void()> wake_;
    };

    std::shared_ptr<waker> waker_ = std::make_shared<waker>();
    std::unique_ptr<commit_notifier::subscription> subscription_;
    bool is_draining_ = false;
};

}  // namespace

http::response with_stream(store::database& database, commit_notifier& notifier, const store::tenant& owner,
        api::response_stream reply) {
    auto response = std::move(reply.head);
    if (reply.is_endless)
        response.stream = std::make_unique<endless_source>(database, notifier, owner, std::move(reply));
    else
        response.stream = std::make_unique<store_source>(database, std::move(reply));
    return response;
}

}  // namespace scimd::app
