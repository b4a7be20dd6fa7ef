#include "scimd/server.hpp"

#include "api/run_in_process.hpp"
#include "app/application.hpp"
#include "app/dropped_lines_metric.hpp"
#include "app/server_process.hpp"
#include "app/shutdown.hpp"
#include "base/log_queue.hpp"
#include "options/arguments.hpp"

#include <unistd.h>

#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace scimd {
namespace {

options::configuration settings_of(const std::vector<std::string>& options) {
    std::vector<const char*> words{"scimd", "serve"};
    for (const auto& one : options)
        words.push_back(one.c_str());
    auto parsed = options::parse_arguments(static_cast<int>(words.size()), words.data());
    if (!parsed.run || parsed.run->command.words.front() != "serve")
        throw std::invalid_argument(parsed.output.empty() ? "scimd: not options of serve" : parsed.output);
    return std::move(parsed.run->settings);
}

[[noreturn]] void fail(const error& reason) {
    if (reason.code == errc::invalid_value)
        throw std::invalid_argument("scimd: " + reason.detail);
    throw std::runtime_error("scimd: " + reason.detail);
}

std::unique_ptr<app::application> open(
        const options::configuration& settings, logger& log, const app::shutdown& ending) {
    auto opened = app::application::open(settings, log, &ending.is_cancelled());
    if (!opened)
        fail(opened.error());
    return std::move(*opened);
}

}  // namespace

struct server::state {
    explicit state(options::configuration configured)
            : settings(std::move(configured)),
              lines(STDERR_FILENO),
              log(lines.sink(), settings.log_least),
              ending(log, lines, app::process_owner::application),
              application(open(settings, log, ending)),
              counting(lines, application->metrics()),
              process(settings, *application, log, ending) {}

    // Runs on the server's thread, until stop() or a failure of the disk; waits for calls that are running.
    void serve() {
        const int exit_code = process.run();
        const std::unique_lock hold(closing);
        is_closed = true;
        application->close();
        log.info("server.stopped", {{"drained", exit_code == 0}});
    }

    const options::configuration settings;
    log_queue lines;
    logger log;
    app::shutdown ending;
    std::unique_ptr<app::application> application;
    app::dropped_lines_metric counting;
    app::server_process process;
    std::shared_mutex closing;
    bool is_closed = false;
    std::thread thread;
};

server::server(const std::vector<std::string>& options, event_sink* sink)
        : state_(std::make_unique<state>(settings_of(options))) {
    if (const auto listening = state_->process.listen(); !listening)
        fail(listening.error());
    if (sink)
        if (const auto registered = state_->process.forward_events(*sink); !registered)
            fail(registered.error());
    state_->thread = std::thread([this] { state_->serve(); });
}

server::~server() {
    stop();
}

std::vector<std::string> server::endpoints() const {
    return state_->process.endpoints();
}

http::response server::call(http::request request) {
    const std::shared_lock hold(state_->closing);
    if (state_->is_closed)
        throw std::runtime_error("scimd: the server has been stopped");
    return api::run_in_process(
            state_->application->pipeline(), state_->application->database(), std::move(request));
}

void server::stop() {
    state_->process.stop();
    if (state_->thread.joinable())
        state_->thread.join();
}

}  // namespace scimd
