#include "net/server/server.hpp"

#include "net/http/session.hpp"
#include "net/http/session_context.hpp"
#include "net/server/listener.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace scimd::net {

struct server::state : std::enable_shared_from_this<state> {
    state(asio::io_context& context, service& handlers, const limits& bounds, logger& log,
            metrics_registry& metrics)
            : io(context),
              shared(std::make_shared<session_context>(handlers, bounds, log, metrics)),
              drain_timer(asio::make_strand(context)) {}

    void close_listeners();
    void begin_drain(std::function<void()> done);
    void end_drain();
    void cut_off();

    asio::io_context& io;
    const std::shared_ptr<session_context> shared;
    asio::steady_timer drain_timer;  // its strand guards `drained`
    std::function<void()> drained;
    std::mutex mutex;
    std::vector<std::shared_ptr<listener>> listeners;  // guarded by `mutex`
};

void server::state::close_listeners() {
    const std::lock_guard lock(mutex);
    for (const auto& open : listeners)
        open->close();
    listeners.clear();
}

// The three functions of the drain run on the timer's strand.
void server::state::begin_drain(std::function<void()> done) {
    drained = std::move(done);
    drain_timer.expires_after(shared->bounds.drain_deadline);
    drain_timer.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
        if (!failure)
            self->cut_off();
    });
    for (const auto& one : shared->registry.all())
        one->drain();
    shared->registry.when_empty([self = weak_from_this()] {
        if (const auto alive = self.lock())
            asio::post(alive->drain_timer.get_executor(), [alive] { alive->end_drain(); });
    });
}

void server::state::end_drain() {
    drain_timer.cancel();
    if (auto done = std::exchange(drained, nullptr))
        done();
}

void server::state::cut_off() {
    const auto left = shared->registry.all();
    shared->log.warning("http.drain_cut_off", {{"sessions", static_cast<std::int64_t>(left.size())}});
    for (const auto& one : left)
        one->abort();
    end_drain();
}

server::server(
        asio::io_context& io, service& handlers, const limits& bounds, logger& log, metrics_registry& metrics)
        : state_(std::make_shared<state>(io, handlers, bounds, log, metrics)) {}

server::~server() {
    state_->close_listeners();
}

result<endpoint> server::listen(const listen_options& options) {
    auto made = make_listener(state_->io, options, state_->shared);
    if (made.has_error())
        return made.error();
    const auto opened = *std::move(made);
    {
        const std::lock_guard lock(state_->mutex);
        state_->listeners.push_back(opened);
    }
    opened->open();
    return opened->at();
}

result<void> server::reload_certificates() {
    const std::lock_guard lock(state_->mutex);
    result<void> outcome;
    for (const auto& open : state_->listeners)
        if (auto loaded = open->reload_certificate(); loaded.has_error())
            outcome = loaded;
    return outcome;
}

void server::drain(std::function<void()> done) {
    state_->shared->log.info("http.draining");
    state_->shared->is_draining = true;
    state_->close_listeners();
    asio::post(state_->drain_timer.get_executor(),
            [self = state_, done = std::move(done)]() mutable { self->begin_drain(std::move(done)); });
}

}  // namespace scimd::net
