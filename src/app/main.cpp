#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/serve.hpp"
#include "base/allocator.hpp"

#include <csignal>
#include <exception>
#include <iostream>

int main(int count, char** arguments)
try {
    scimd::tune_allocator();
    std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error code, not the end of the process
    std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
    const auto parsed = scimd::app::parse_arguments(count, arguments);
    if (!parsed.run) {
        (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.output;
        return parsed.exit_code;
    }
    if (parsed.run->what.words.front() == "serve")
        return scimd::app::serve(parsed.run->settings, std::cerr);
    return scimd::app::run_command(*parsed.run, std::cout, std::cerr);
} catch (const std::exception& failure) {
    std::cerr << "scimd: " << failure.what() << '\n';
    return 1;
}
