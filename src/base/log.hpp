// Structured logging: one JSON object per line, written to a sink. Event names are static; fields hold ids
// and numbers, never a token, a request body or the name of a person. Thread-safe; lines do not interleave.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace scimd {

enum class log_level { debug, info, warning, error };

struct log_field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, bool> value;
};

class logger {
public:
    using sink = std::function<void(std::string_view line)>;  // a line ends in '\n'; called under a lock

    explicit logger(sink out, log_level least = log_level::info);
    ~logger();
    logger(const logger&) = delete;
    logger& operator=(const logger&) = delete;

    void write(log_level level, std::string_view event, std::initializer_list<log_field> fields = {});

    void debug(std::string_view event, std::initializer_list<log_field> fields = {});
    void info(std::string_view event, std::initializer_list<log_field> fields = {});
    void warning(std::string_view event, std::initializer_list<log_field> fields = {});
    void error(std::string_view event, std::initializer_list<log_field> fields = {});

private:
    struct state;
    std::unique_ptr<state> state_;
};

// Formats one log line with the current time, as a logger would write it.
std::string log_line(log_level level, std::string_view event, std::initializer_list<log_field> fields = {});

}  // namespace scimd
