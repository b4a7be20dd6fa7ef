#include "app/serve.hpp"

#include "app/dispatch.hpp"
#include "app/house_keeping.hpp"
#include "app/webhook_service.hpp"
#include "net/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <ostream>
#include <thread>
#include <utility>
#include <vector>

namespace scimd::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds watch_interval{1};
constexpr std::size_t descriptors_reserved = 256;  // for the store, DNS and deliveries

// Raises the limit of open files to what the system allows and returns how many connections fit in it.
std::size_t connections_that_fit()
{
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return descriptors_reserved;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
    const auto eighty_percent = static_cast<std::size_t>(files.rlim_cur / 10 * 8);
    return eighty_percent > descriptors_reserved ? eighty_percent - descriptors_reserved : 1;
}

net::limits bounded(net::limits limits)
{
    limits.connections_max = std::min(limits.connections_max, connections_that_fit());
    return limits;
}

// One run of the server. The members are built from top to bottom and end from bottom to top.
class run {
public:
    run(const configuration& settings, house_keeping& home, logger& log)
        : settings_(settings),
          home_(home),
          log_(log),
          io_(static_cast<int>(settings.threads)),
          bell_(io_.get_executor()),
          dispatcher_(home.site(), home.database(), bell_, log, home.figures()),
          server_(io_, dispatcher_, bounded(settings.limits), log, home.figures()),
          stop_signals_(io_, SIGTERM, SIGINT),
          reload_signal_(io_, SIGHUP),
          grace_(io_),
          watch_timer_(io_)
    {
    }

    result<void> listen()
    {
        for (const auto& where : settings_.listen) {
            const net::listener listener{.at = where, .tls = where.is_unix() ? std::nullopt : settings_.tls};
            const auto opened = open(listener);
            if (!opened)
                return opened.error();
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

    int until_stopped()
    {
        await_stop();
        await_reload();
        await_watch();
        home_.on_commit([this] { bell_.ring(); });
        home_.start_background();
        webhook_service webhooks(home_.webhook_surroundings(), {{}, settings_.webhook_ca_file});
        home_.on_commit([&webhooks] { webhooks.ring(); });
        log_.info("server.ready", {{"environment_id", home_.environment()}});
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < settings_.threads; ++i)
            threads.emplace_back([this] { io_.run(); });
        io_.run();
        for (auto& thread : threads)
            thread.join();
        webhooks.stop();
        home_.close();
        log_.info("server.stopped", {{"drained", exit_code_ == 0}});
        return exit_code_;
    }

private:
    result<net::endpoint> open(const net::listener& listener)
    {
        auto bound = server_.listen(listener);
        if (!bound)
            return error{bound.error().code, listener.at.text() + ": " + bound.error().detail};
        log_.info("server.listening", {{"endpoint", bound->text()}, {"control", listener.is_operator_door}});
        return bound;
    }

    void await_stop()
    {
        stop_signals_.async_wait([this](const boost::system::error_code& failed, int) {
            if (failed)
                return;
            stop();
            stop_signals_.async_wait([this](const boost::system::error_code& cancelled, int) {
                if (!cancelled) {
                    exit_code_ = 1;  // told twice: now
                    io_.stop();
                }
            });
        });
    }

    void stop()
    {
        if (is_stopping_.exchange(true))
            return;
        log_.info("server.stopping");
        home_.announce_drain();
        bell_.close();
        grace_.expires_after(settings_.drain_grace);
        grace_.async_wait([this](const boost::system::error_code&) { server_.drain([this] { io_.stop(); }); }
        );
    }

    void await_reload()
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
    void await_watch()
    {
        watch_timer_.expires_after(watch_interval);
        watch_timer_.async_wait([this](const boost::system::error_code& failed) {
            if (failed)
                return;
            if (home_.database().is_broken()) {
                log_.error("server.store_broken");
                exit_code_ = 1;
                stop();
                return;
            }
            await_watch();
        });
    }

    const configuration& settings_;
    house_keeping& home_;
    logger& log_;
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    commit_bell bell_;
    dispatcher dispatcher_;
    net::server server_;
    asio::signal_set stop_signals_;
    asio::signal_set reload_signal_;
    asio::steady_timer grace_;
    asio::steady_timer watch_timer_;
    std::atomic<bool> is_stopping_{false};
    std::atomic<int> exit_code_{0};
};

}  // namespace

int serve(const configuration& settings, std::ostream& err)
{
    logger log(stderr_sink(), settings.log_least);
    const auto home = house_keeping::open(settings, log);
    if (!home) {
        err << "scimd: " << home.error().detail << '\n';
        return 1;
    }
    if (const auto followed = (*home)->follow_schemas(); !followed) {
        err << "scimd: --schema-dir: " << followed.error().detail << '\n';
        return 2;
    }
    run server(settings, **home, log);
    if (const auto listening = server.listen(); !listening) {
        err << "scimd: " << listening.error().detail << '\n';
        return 1;
    }
    return server.until_stopped();
}

}  // namespace scimd::app
