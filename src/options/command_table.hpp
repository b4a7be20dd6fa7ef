// The commands of the command line, one row each: words, arguments and options, their help, and the request
// of the management API that the command sends. Pure data; command_tree.hpp parses with it, cli/requests.hpp
// makes the requests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::options {

// How a text of the command line becomes a value of the request.
enum class value_kind : std::uint8_t {
    text,
    number,         // a JSON number; a text that is none goes as it is, for the server to refuse
    count,          // a number from 0 to `most`, checked when it is parsed
    texts,          // may be given several times: an array
    numbers,        // with commas between: an array
    headers,        // "X-Name: value", may be given several times: an object
    time_or_event,  // the id of an event (evt_…) goes to the field with the suffix _event_id
    limit,          // a number; the word "default" becomes null
    file,           // made absolute: the server has another working directory
    on_off,         // a switch: true or false, or with "field=value" that value when it is on
    constant,       // "field=value", always
};

struct parameter {
    std::string_view name;     // "--expires", or "NAME" of the usage; empty for a constant
    std::string_view field{};  // of the body, of the query of a GET; empty: not sent. "a.b" is in object a
    const char* help = "";     // of an option
    value_kind kind = value_kind::text;
    std::int64_t most = 0;  // of a count

    [[nodiscard]] constexpr bool is_option() const { return name.starts_with("--"); }
};

constexpr std::size_t command_parameters_max = 10;

// A row of one word before others that begin with it describes these; "add|create" are two commands.
struct command_row {
    std::string_view usage;  // "organization create NAME": words, then arguments
    const char* help;
    std::string_view request{};  // "PATCH /organizations/{ORGANIZATION}", below /api/v1
    std::array<parameter, command_parameters_max> parameters = {};

    [[nodiscard]] std::vector<std::string> words() const;
    [[nodiscard]] std::vector<std::string> arguments() const;  // their names
};

std::span<const command_row> command_rows();

// One command as it was given. A value.
struct command {
    const command_row* row = nullptr;
    std::vector<std::string> words;                                        // {"organization", "create"}
    std::vector<std::string> arguments;                                    // in the order of the usage
    std::map<std::string, std::vector<std::string>, std::less<>> options;  // those given, by flag
    std::optional<std::int64_t> limit;                                     // of lists; empty: all

    [[nodiscard]] bool is_given(std::string_view flag) const { return options.contains(flag); }
    [[nodiscard]] bool is_on(std::string_view flag) const { return option(flag) == "true"; }  // of a switch
    [[nodiscard]] const std::string& option(std::string_view flag) const;  // empty: not given
    [[nodiscard]] const std::vector<std::string>& all(std::string_view flag) const;
    [[nodiscard]] const std::string& argument(std::string_view name) const;
};

}  // namespace scimd::options
