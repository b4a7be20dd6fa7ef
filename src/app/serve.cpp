#include "app/serve.hpp"

#include "app/house_keeping.hpp"
#include "app/server_run.hpp"

#include <ostream>

namespace scimd::app {

int serve(const configuration& settings, std::ostream& err)
{
    logger log(stderr_sink(), settings.log_least);
    const auto home = house_keeping::open(settings, log);
    if (!home) {
        err << "scimd: " << home.error().detail << '\n';
        return 1;
    }
    server_run server(settings, **home, log, true);
    if (const auto listening = server.listen(); !listening) {
        err << "scimd: " << listening.error().detail << '\n';
        return 1;
    }
    const int exit_code = server.until_stopped();
    (*home)->close();
    log.info("server.stopped", {{"drained", exit_code == 0}});
    return exit_code;
}

}  // namespace scimd::app
