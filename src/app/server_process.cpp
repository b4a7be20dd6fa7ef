#include "app/server_process.hpp"

#include "store/event_log.hpp"

#include <boost/asio/post.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

namespace scimd::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds store_watch_interval{1};
constexpr std::chrono::seconds sink_lag_interval{1};

descriptor_needs needs_of(const options::configuration& settings) {
    return {
            .connections = settings.limits.connections_max,
            .listeners = settings.listen.size() + 1  // the control socket
    };
}

// Limits the connections to the plan. Without a plan listen() fails.
net::limits limits_within(net::limits limits, const result<descriptor_plan>& plan) {
    if (plan)
        limits.connections_max = plan->connections;
    return limits;
}

webhooks::webhook_options webhook_options_of(const options::configuration& settings) {
    webhooks::webhook_options options;
    options.dns.servers = settings.dns_servers;
    options.ca_file = settings.webhook_ca_file;
    return options;
}

}  // namespace

server_process::server_process(
        const options::configuration& settings, application& application, logger& log, shutdown& ending)
        : settings_(settings),
          application_(application),
          log_(log),
          ending_(ending),
          io_(static_cast<int>(settings.threads)),
          notifier_(io_.get_executor()),
          dispatcher_(application.pipeline(), application.database(), notifier_, log, application.metrics()),
          open_files_max_(raise_open_files_limit()),
          descriptors_(plan_descriptors(open_files_max_, needs_of(settings))),
          server_(io_, dispatcher_, limits_within(settings.limits, descriptors_), log, application.metrics()),
          reload_signal_(io_),
          grace_(io_),
          watch_timer_(io_) {
    ending_.take_signals([this] { stop(); });
    if (ending_.owns_process())
        reload_signal_.add(SIGHUP);
}

server_process::~server_process() {
    ending_.clear_stop();
}

result<void> server_process::listen() {
    if (!descriptors_)
        return descriptors_.error();
    if (descriptors_->connections < settings_.limits.connections_max)
        log_.warning("server.connections_lowered",
                {{"wanted", static_cast<std::int64_t>(settings_.limits.connections_max)},
                        {"connections_max", static_cast<std::int64_t>(descriptors_->connections)},
                        {"open_files_max", static_cast<std::int64_t>(open_files_max_)},
                        {"other_files", static_cast<std::int64_t>(descriptors_->reserved)}});
    for (const auto& endpoint : settings_.listen) {
        const net::listen_options listener{
                .at = endpoint, .tls = endpoint.is_unix() ? std::nullopt : settings_.tls};
        const auto opened = open(listener);
        if (!opened)
            return opened.error();
        endpoints_.push_back(opened->text());
        if (endpoint.port == 0 && !endpoint.is_unix() && !settings_.is_public_url_given)
            application_.set_public_url((settings_.tls ? "https://" : "http://") + opened->text());
    }
    net::listen_options control;
    control.at.unix_path = settings_.data / "control.sock";
    control.is_control_socket = true;
    if (const auto opened = open(control); !opened)
        return opened.error();
    return {};
}

result<net::endpoint> server_process::open(const net::listen_options& listener) {
    auto bound = server_.listen(listener);
    if (!bound)
        return error{bound.error().code, listener.at.text() + ": " + bound.error().detail};
    log_.info("server.listening", {{"endpoint", bound->text()}, {"control", listener.is_control_socket}});
    return bound;
}

result<void> server_process::forward_events(event_sink& sink) {
    const auto after = sink.resume_after();
    const auto start = after.empty() ? std::optional(event_id()) : parse_event_cursor(after);
    if (!start)
        return error{errc::invalid_value, "resume_after() must give the cursor of an event, or nothing."};
    event_id deleted;
    store::run(application_.database(), store::intent::read, [&](store::transaction& tx) {
        deleted = store::event_log::deleted_up_to(tx);
        return store::verdict::commit;
    });
    if (*start != event_id() && *start < deleted)
        return error{errc::gone, "Events behind the cursor " + after + " have been deleted."};
    forwarder_ = std::make_unique<event_forwarder>(
            event_forwarder_dependencies{application_.database(), log_, application_.metrics(), "application",
                    &ending_.is_cancelled()},
            sink, *start);
    return {};
}

// Starts the consumers of events. Commits notify them until the store is closed.
void server_process::start_consumers() {
    application_.on_commit([this] { notifier_.notify(); });
    webhooks_ = std::make_unique<webhooks::delivery_service>(
            application_.webhook_dependencies(), webhook_options_of(settings_));
    application_.on_commit([this] { webhooks_->notify(); });
    if (settings_.writes_events)
        start_stdout_sink();
    if (forwarder_) {
        application_.on_commit([this] { forwarder_->notify(); });
        application_.add_job({"event_sink_lag", sink_lag_interval, [this] { forwarder_->measure_lag(); }});
    }
    application_.retain_events([this] { return needed_by_sinks(); });
}

void server_process::start_stdout_sink() {
    stdout_sink_ = std::make_unique<stdout_sink>(
            application_.database(), log_, application_.metrics(), STDOUT_FILENO, &ending_.is_cancelled());
    application_.on_commit([this] { stdout_sink_->notify(); });
    application_.add_job({"stdout_lag", sink_lag_interval, [this] { stdout_sink_->measure_lag(); }});
    application_.add_readiness_check([this] { return stdout_sink_->why_not_ready(); });
    if (settings_.ends_when_sink_fails)
        stdout_sink_->on_failure([this] {
            exit_code_ = exit_failed;
            stop();
        });
}

std::optional<event_id> server_process::needed_by_sinks() const {
    const auto first = stdout_sink_ ? stdout_sink_->needed() : std::nullopt;
    const auto second = forwarder_ ? forwarder_->needed() : std::nullopt;
    return first && second ? std::min(first, second) : first ? first : second;
}

int server_process::run() {
    start_consumers();
    await_reload();
    watch_storage();
    application_.start_jobs();
    if (stdout_sink_)
        stdout_sink_->start();
    if (forwarder_)
        forwarder_->start();
    log_.info("server.ready", {{"environment_id", application_.environment()}});
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < settings_.threads; ++i)
        threads.emplace_back([this] { io_.run(); });
    io_.run();
    for (auto& thread : threads)
        thread.join();
    webhooks_->stop();
    if (stdout_sink_)
        stdout_sink_->stop();
    if (forwarder_)
        forwarder_->stop();
    return exit_code_;
}

void server_process::stop() {
    if (is_stopping_.exchange(true))
        return;
    ending_.begin(settings_.drain_grace + settings_.limits.drain_deadline);
    asio::post(io_, [this] {
        log_.info("server.stopping");
        application_.announce_drain();
        notifier_.close();
        grace_.expires_after(settings_.drain_grace);
        grace_.async_wait(
                [this](const boost::system::error_code&) { server_.drain([this] { io_.stop(); }); });
    });
}

void server_process::await_reload() {
    reload_signal_.async_wait([this](const boost::system::error_code& failed, int) {
        if (failed)
            return;
        const auto reloaded = server_.reload_certificates();
        if (reloaded)
            log_.info("server.certificates_reloaded");
        else
            log_.error("server.certificates_kept", {{"reason", reloaded.error().detail}});
        await_reload();
    });
}

// Checks every second whether the store has failed.
void server_process::watch_storage() {
    watch_timer_.expires_after(store_watch_interval);
    watch_timer_.async_wait([this](const boost::system::error_code& failed) {
        if (failed)
            return;
        if (application_.database().is_broken()) {
            log_.error("server.store_broken");
            exit_code_ = exit_failed;
            stop();
            return;
        }
        watch_storage();
    });
}

}  // namespace scimd::app
