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

options::configuration settings_of(const std::vector<std::string>& options)
{
    std::vector<const char*> words{"scimd", "serve"};
    for (const auto& one : options)
        words.push_back(one.c_str());
    auto parsed = options::parse_arguments(static_cast<int>(words.size()), words.data());
    if (!parsed.run || parsed.run->command.words.front() != "serve")
        throw std::invalid_argument(parsed.output.empty() ? "scimd: not options of serve" : parsed.output);
    return std::move(parsed.run->settings);
}

[[noreturn]] void fail(const error& why)
{
    if (why.code == errc::invalid_value)
        throw std::invalid_argument("scimd: " + why.detail);
    throw std::runtime_error("scimd: " + why.detail);
}

std::unique_ptr<app::application> open(
    const options::configuration& settings, logger& log, const app::shutdown& ending
)
{
    auto opened = app::application::open(settings, log, &ending.is_cancelled());
    if (!opened)
        fail(opened.error());
    return std::move(*opened);
}

}  // namespace

struct server::state {
    explicit state(options::configuration wanted)
        : settings(std::move(wanted)),
          lines(STDERR_FILENO),
          log(lines.sink(), settings.log_least),
          ending(log, lines, app::process_owner::application),
          application(open(settings, log, ending)),
          counting(lines, application->metrics()),
          run(settings, *application, log, ending)
    {
    }

    // The thread's end, also when the disk has failed: calls that are under way are waited for.
    void serve()
    {
        const int exit_code = run.until_stopped();
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
    app::server_process run;
    std::shared_mutex closing;
    bool is_closed = false;
    std::thread thread;
};

server::server(const std::vector<std::string>& options, event_sink* sink)
    : state_(std::make_unique<state>(settings_of(options)))
{
    if (const auto listening = state_->run.listen(); !listening)
        fail(listening.error());
    if (sink)
        if (const auto registered = state_->run.deliver_to(*sink); !registered)
            fail(registered.error());
    state_->thread = std::thread([this] { state_->serve(); });
}

server::~server()
{
    stop();
}

std::vector<std::string> server::endpoints() const
{
    return state_->run.endpoints();
}

http::response server::call(http::request request)
{
    const std::shared_lock hold(state_->closing);
    if (state_->is_closed)
        throw std::runtime_error("scimd: the server has been stopped");
    return api::run_in_process(
        state_->application->pipeline(), state_->application->database(), std::move(request)
    );
}

void server::stop()
{
    state_->run.stop();
    if (state_->thread.joinable())
        state_->thread.join();
}

}  // namespace scimd
