// Parses the command line: flags before the environment before the configuration file before the defaults.
#pragma once

#include "options/command_table.hpp"
#include "options/configuration.hpp"

#include <optional>
#include <string>

namespace scimd::options {

struct invocation {
    configuration settings;
    options::command command;
};

// Either the command to run, or a text to print and the exit code: 0 for --help, 2 with a list of all errors.
struct parsed_arguments {
    std::optional<invocation> run;
    std::string output;
    int exit_code = 0;
};
parsed_arguments parse_arguments(int count, const char* const* arguments);

}  // namespace scimd::options
