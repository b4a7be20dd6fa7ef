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

descriptor_needs needs_of(const configuration& settings)
{
    return {
        .connections = settings.limits.connections_max,
        .listeners = settings.listen.size() + 1  // the control socket
    };
}

// As far as the plan goes; without one nothing is listened on.
net::limits bounded(net::limits limits, const result<descriptor_plan>& plan)
{
    if (plan)
        limits.connections_max = plan->connections;
    return limits;
}

webhook_options webhook_ways(const configuration& settings)
{
    webhook_options ways;
    ways.dns.servers = settings.dns_servers;
    ways.ca_file = settings.webhook_ca_file;
    return ways;
}

}  // namespace

server_run::server_run(const configuration& settings, house_keeping& home, logger& log, shutdown& ending)
    : settings_(settings),
      home_(home),
      log_(log),
      ending_(ending),
      io_(static_cast<int>(settings.threads)),
      bell_(io_.get_executor()),
      dispatcher_(home.site(), home.database(), bell_, log, home.figures()),
      open_files_max_(raise_open_files_limit()),
      descriptors_(plan_descriptors(open_files_max_, needs_of(settings))),
      server_(io_, dispatcher_, bounded(settings.limits, descriptors_), log, home.figures()),
      reload_signal_(io_),
      grace_(io_),
      watch_timer_(io_)
{
    ending_.take_signals([this] { stop(); });
    if (ending_.owns_process())
        reload_signal_.add(SIGHUP);
}

server_run::~server_run()
{
    ending_.forget_stop();
}

result<void> server_run::listen()
{
    if (!descriptors_)
        return descriptors_.error();
    if (descriptors_->connections < settings_.limits.connections_max)
        log_.warning(
            "server.connections_lowered",
            {{"wanted", static_cast<std::int64_t>(settings_.limits.connections_max)},
             {"connections_max", static_cast<std::int64_t>(descriptors_->connections)},
             {"open_files_max", static_cast<std::int64_t>(open_files_max_)},
             {"other_files", static_cast<std::int64_t>(descriptors_->reserved)}}
        );
    for (const auto& where : settings_.listen) {
        const net::listener listener{.at = where, .tls = where.is_unix() ? std::nullopt : settings_.tls};
        const auto opened = open(listener);
        if (!opened)
            return opened.error();
        endpoints_.push_back(opened->text());
        if (where.port == 0 && !where.is_unix() && !settings_.is_public_url_given)
            home_.set_public_url((settings_.tls ? "https://" : "http://") + opened->text());
    }
    net::listener control;
    control.at.unix_path = settings_.data / "control.sock";
    control.is_operator_door = true;
    if (const auto opened = open(control); !opened)
        return opened.error();
    return {};
}

result<net::endpoint> server_run::open(const net::listener& listener)
{
    auto bound = server_.listen(listener);
    if (!bound)
        return error{bound.error().code, listener.at.text() + ": " + bound.error().detail};
    log_.info("server.listening", {{"endpoint", bound->text()}, {"control", listener.is_operator_door}});
    return bound;
}

result<void> server_run::deliver_to(event_sink& to)
{
    const auto after = to.resume_after();
    const auto start = after.empty() ? std::optional<std::int64_t>(0) : parse_prefixed(after, "c_");
    if (!start)
        return error{errc::invalid_value, "resume_after() must give the cursor of an event, or nothing."};
    event_id deleted;
    store::run(home_.database(), store::intent::read, [&](store::transaction& tx) {
        deleted = store::feed::deleted_up_to(tx);
        return store::verdict::commit;
    });
    if (*start != 0 && *start < deleted.value)
        return error{errc::gone, "Events behind the cursor " + after + " have been deleted."};
    pump_ = std::make_unique<event_pump>(
        event_pump_surroundings{
            home_.database(), log_, home_.figures(), "application", &ending_.is_cancelled()
        },
        to,
        event_id{*start}
    );
    return {};
}

// What is told of commits goes on ringing until the store is closed.
void server_run::tell_of_commits()
{
    home_.on_commit([this] { bell_.ring(); });
    webhooks_ = std::make_unique<webhook_service>(home_.webhook_surroundings(), webhook_ways(settings_));
    home_.on_commit([this] { webhooks_->ring(); });
    if (settings_.writes_events)
        write_events();
    if (pump_) {
        home_.on_commit([this] { pump_->ring(); });
        home_.add_job({"event_sink_lag", sink_lag_interval, [this] { pump_->measure_lag(); }});
    }
    home_.hold_events([this] { return needed_by_sinks(); });
}

void server_run::write_events()
{
    lines_ = std::make_unique<stdout_events>(
        home_.database(), log_, home_.figures(), STDOUT_FILENO, &ending_.is_cancelled()
    );
    home_.on_commit([this] { lines_->ring(); });
    home_.add_job({"stdout_lag", sink_lag_interval, [this] { lines_->measure_lag(); }});
    home_.add_readiness_check([this] { return lines_->why_not_ready(); });
    if (settings_.ends_when_sink_fails)
        lines_->on_failure([this] {
            exit_code_ = exit_failed;
            stop();
        });
}

std::optional<event_id> server_run::needed_by_sinks() const
{
    const auto first = lines_ ? lines_->needed() : std::nullopt;
    const auto second = pump_ ? pump_->needed() : std::nullopt;
    return first && second ? std::min(first, second) : first ? first : second;
}

int server_run::until_stopped()
{
    tell_of_commits();
    await_reload();
    await_watch();
    home_.start_background();
    if (lines_)
        lines_->start();
    if (pump_)
        pump_->start();
    log_.info("server.ready", {{"environment_id", home_.environment()}});
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < settings_.threads; ++i)
        threads.emplace_back([this] { io_.run(); });
    io_.run();
    for (auto& thread : threads)
        thread.join();
    webhooks_->stop();
    if (lines_)
        lines_->stop();
    if (pump_)
        pump_->stop();
    return exit_code_;
}

void server_run::stop()
{
    if (is_stopping_.exchange(true))
        return;
    ending_.begin(settings_.drain_grace + settings_.limits.drain_deadline);
    asio::post(io_, [this] {
        log_.info("server.stopping");
        home_.announce_drain();
        bell_.close();
        grace_.expires_after(settings_.drain_grace);
        grace_.async_wait([this](const boost::system::error_code&) { server_.drain([this] { io_.stop(); }); }
        );
    });
}

void server_run::await_reload()
{
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

// Every second: has the disk failed us?
void server_run::await_watch()
{
    watch_timer_.expires_after(store_watch_interval);
    watch_timer_.async_wait([this](const boost::system::error_code& failed) {
        if (failed)
            return;
        if (home_.database().is_broken()) {
            log_.error("server.store_broken");
            exit_code_ = exit_failed;
            stop();
            return;
        }
        await_watch();
    });
}

}  // namespace scimd::app
