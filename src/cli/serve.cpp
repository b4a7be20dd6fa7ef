#include "cli/serve.hpp"

#include "app/application.hpp"
#include "app/dropped_lines_metric.hpp"
#include "app/server_process.hpp"
#include "app/shutdown.hpp"
#include "base/log_queue.hpp"

#include <unistd.h>

#include <chrono>
#include <string>

namespace scimd::cli {
namespace {

// How long the log may take to write its queue after a graceful shutdown. The shutdown watchdog still runs.
constexpr std::chrono::milliseconds flush_wait_max{500};

// Prints through the log's queue: the order of lines is kept, and a slow reader of stderr does not delay the
// exit.
int fail(log_queue& lines, const std::string& reason, int exit_code) {
    lines.write("scimd: " + reason + '\n');
    return exit_code;
}

int run(const options::configuration& settings, logger& log, log_queue& lines, app::shutdown& ending) {
    const auto application = app::application::open(settings, log, &ending.is_cancelled());
    if (!application)
        return fail(lines, application.error().detail, app::exit_failed);
    const app::dropped_lines_metric counting(lines, (*application)->metrics());
    if (const auto followed = (*application)->follow_schemas(); !followed)
        return fail(lines, "--schema-dir: " + followed.error().detail, 2);
    app::server_process server(settings, **application, log, ending);
    if (const auto listening = server.listen(); !listening)
        return fail(lines, listening.error().detail, app::exit_failed);
    const int exit_code = server.run();
    (*application)->close();
    log.info("server.stopped", {{"drained", exit_code == 0}});
    return exit_code;
}

}  // namespace

int serve(const options::configuration& settings) {
    log_queue lines(STDERR_FILENO);
    logger log(lines.sink(), settings.log_least);
    app::shutdown ending(log, lines, app::process_owner::scimd);
    const int exit_code = run(settings, log, lines, ending);
    lines.close(ending.is_cancelled() ? app::final_flush_max : flush_wait_max);
    return exit_code;
}

}  // namespace scimd::cli
