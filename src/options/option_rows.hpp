// The options of the server and of its commands, one row each. A row names the flag and yields everything
// else: `--idle-deadline-ms` is SCIMD_IDLE_DEADLINE_MS in the environment, `idle-deadline-ms` in the
// configuration file and a line of --help; the row has its bounds, and its default is the value that the
// field of `configuration` begins with.
//
// A new option is one field, one row, and one line in docs/operating.md (a test compares the two).
#pragma once

#include "options/configuration.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace scimd::options {

using error_list = std::vector<std::string>;

struct bounds {
    std::int64_t least;
    std::int64_t most;
};

// Parses the text; appends an error when it is not a number within the bounds.
std::int64_t read_number(std::string_view flag, const std::string& text, bounds within, error_list& errors);

struct option_row {
    using texts = std::vector<std::string>;

    std::string_view flag;  // "--threads"
    const char* help = "";
    std::variant<std::string, texts, bool*> value;  // the default, then the given one; bool*: a switch
    std::function<void(const option_row&, error_list&)> read = nullptr;  // sets fields; null for a switch
    bool shows_default = false;                                          // in --help

    [[nodiscard]] const std::string& text() const { return std::get<std::string>(value); }
    [[nodiscard]] std::string variable() const;  // of the environment
};

struct option_group {
    const char* title;  // in --help
    std::vector<option_row> rows;
};

// Values that become settings only together with others, in option_table::read().
struct partial_settings {
    std::filesystem::path tls_certificate;
    std::filesystem::path tls_key;
    std::optional<std::size_t> connections_max;
    std::optional<std::int64_t> directory_request_burst;
    std::int64_t request_memory_mb = 144;
};

// The groups in the order of --help. The rows refer to both arguments, which outlive them.
std::vector<option_group> option_groups(configuration& settings, partial_settings& partial);

}  // namespace scimd::options
