// The commands with their positional arguments; an argument in brackets is optional.
#pragma once

#include "options/configuration.hpp"

#include <deque>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's names
class App;       // NOLINT(readability-identifier-naming)
}

namespace scimd::options {

// Fills `what` and `limit` when `app` parses; all three outlive it.
class command_tree {
public:
    command_tree(CLI::App& app, command& what, std::string& limit);

    // Takes over what the parsed command was called with.
    void collect();

private:
    CLI::App* add(
        std::initializer_list<const char*> words,
        const char* help,
        std::initializer_list<const char*> names = {}
    );
    void describe(const char* word, const char* help);
    void add_policy(CLI::App* to);
    void declare_organizations();
    void declare_directories();
    void declare_directory_history(std::string& limit);
    void declare_clients(std::string& limit);
    void declare_webhooks(std::string& limit);
    void declare_failed_deliveries();
    CLI::App* add_webhook_settings(CLI::App* to);

    CLI::App& app_;
    command& what_;
    std::deque<std::pair<CLI::App*, std::vector<std::string>>> arguments_;
};

}  // namespace scimd::options
