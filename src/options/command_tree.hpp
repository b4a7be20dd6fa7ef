// Declares the commands of command_table.hpp to the parser and reads what was given to one.
#pragma once

#include "options/command_table.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's names
class App;       // NOLINT(readability-identifier-naming)
}

namespace scimd::options {

// One thread. `app` outlives it, and it outlives the parsing.
class command_tree {
public:
    explicit command_tree(CLI::App& app);
    command_tree(const command_tree&) = delete;
    command_tree& operator=(const command_tree&) = delete;

    // After the parsing: the chosen command. Its limit is left to the caller, who checks it.
    [[nodiscard]] command collect() const;

private:
    void declare(const command_row& row);
    void add(std::vector<std::string> words, const command_row& row);
    void add_option(CLI::App& to, const parameter& option);

    CLI::App& app_;
    std::vector<std::pair<const CLI::App*, const command_row*>> commands_;

    // The parser checks a value by converting it to one of these; collect() asks the parser for the results.
    std::string text_;
    std::vector<std::string> texts_;
    std::int64_t count_ = 0;
    bool is_on_ = false;
};

}  // namespace scimd::options
