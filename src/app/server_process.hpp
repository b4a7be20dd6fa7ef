// One run of the server: listeners, request dispatch, webhooks, event sinks, background jobs and graceful
// shutdown.
#pragma once

#include "app/application.hpp"
#include "app/commit_notifier.hpp"
#include "app/descriptors.hpp"
#include "app/dispatch.hpp"
#include "app/event_forwarder.hpp"
#include "app/shutdown.hpp"
#include "app/stdout_sink.hpp"
#include "base/log.hpp"
#include "net/server/server.hpp"
#include "options/configuration.hpp"
#include "scimd/event.hpp"
#include "webhooks/delivery_service.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace scimd::app {

// The members are built from top to bottom and destroyed in the reverse order. One thread, except for stop().
class server_process {
public:
    // All arguments outlive it.
    server_process(
            const options::configuration& settings, application& application, logger& log, shutdown& ending);
    ~server_process();
    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;

    // Opens the listeners and the control socket.
    result<void> listen();

    // Forwards events to the sink while the server runs. invalid_value: the sink's cursor is not valid; gone:
    // events behind it have been deleted. Before run().
    result<void> forward_events(event_sink& sink);

    // Serves on this thread and others until stop() or a failure of the disk. Returns the exit code: 0 after
    // a graceful shutdown. The caller then closes the application before it destroys this.
    int run();

    // Begins the graceful shutdown. Any thread; may be called again.
    void stop();

    [[nodiscard]] const std::vector<std::string>& endpoints() const noexcept { return endpoints_; }

private:
    result<net::endpoint> open(const net::listen_options& listener);
    void start_consumers();
    [[nodiscard]] std::optional<event_id> needed_by_sinks() const;
    void start_stdout_sink();
    void await_reload();
    void watch_storage();

    const options::configuration& settings_;
    application& application_;
    logger& log_;
    shutdown& ending_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    commit_notifier notifier_;
    dispatcher dispatcher_;
    const std::size_t open_files_max_;
    const result<descriptor_plan> descriptors_;
    net::server server_;
    boost::asio::signal_set reload_signal_;
    boost::asio::steady_timer grace_;
    boost::asio::steady_timer watch_timer_;
    std::vector<std::string> endpoints_;
    std::unique_ptr<event_forwarder> forwarder_;
    std::unique_ptr<webhooks::delivery_service> webhooks_;
    std::unique_ptr<stdout_sink> stdout_sink_;
    std::atomic<bool> is_stopping_{false};
    std::atomic<int> exit_code_{0};
};

}  // namespace scimd::app
