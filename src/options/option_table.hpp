// Reads the options from the parsed command line, environment and configuration file.
#pragma once

#include "options/configuration.hpp"
#include "options/option_rows.hpp"

#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's names
class App;       // NOLINT(readability-identifier-naming)
}

namespace scimd::options {

// One thread. The settings outlive it, and it outlives the parsing.
class option_table {
public:
    explicit option_table(configuration& settings);
    option_table(const option_table&) = delete;
    option_table& operator=(const option_table&) = delete;

    // Adds every option, and --config, to the parser.
    void declare(CLI::App& app);

    // After the parsing: sets the settings. Returns all errors, one text each.
    error_list read();

private:
    void combine(error_list& errors);

    configuration& settings_;
    partial_settings partial_;
    std::vector<option_group> groups_;
};

}  // namespace scimd::options
