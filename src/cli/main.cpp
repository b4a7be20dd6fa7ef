#include "base/allocator.hpp"
#include "base/log_queue.hpp"
#include "cli/commands.hpp"
#include "cli/serve.hpp"
#include "options/arguments.hpp"

#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>

namespace {

int run(int count, char** arguments, scimd::log_queue& errors) {
    const auto parsed = scimd::options::parse_arguments(count, arguments);
    if (!parsed.run && parsed.exit_code == 0)
        std::cout << parsed.output;
    else if (!parsed.run)
        errors.write(parsed.output);
    if (!parsed.run)
        return parsed.exit_code;
    if (parsed.run->command.words.front() == "serve")
        return scimd::cli::serve(parsed.run->settings);
    std::ostringstream problem;
    const int exit_code = scimd::cli::run_command(*parsed.run, std::cout, problem);
    if (!problem.view().empty())
        errors.write(problem.view());
    return exit_code;
}

}  // namespace

int main(int count, char** arguments) {
    scimd::tune_allocator();
    std::signal(SIGPIPE, SIG_IGN);  // a closed connection is an error code, not the end of the process
    std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that must not grow
    // These would end the process by default. There is no log file to open again, and no timer that uses
    // them.
    for (const int unused : {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO})
        std::signal(unused, SIG_IGN);
    scimd::log_queue errors(STDERR_FILENO);  // the exit never waits for the reader of stderr
    try {
        return run(count, arguments, errors);
    } catch (const std::exception& failure) {
        errors.write("scimd: " + std::string(failure.what()) + '\n');
        return 1;
    }
}
