#include "base/log.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <utility>

namespace scimd {

struct logger::state {
    sink out;
    log_level least;
    std::mutex mutex;
};

namespace {

constexpr std::size_t value_bytes_max = 256;

constexpr std::array<std::string_view, 4> level_names = {"debug", "info", "warning", "error"};

// True for characters that a terminal or a line reader could take for a command or an end of line.
bool needs_escape(char32_t c) noexcept {
    const bool is_control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
    const bool is_line_separator = c == 0x2028 || c == 0x2029;
    return is_control || is_line_separator;
}

void append_escaped(std::string& line, char32_t c) {
    constexpr std::string_view digits = "0123456789abcdef";
    line += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        line += digits[c >> shift & 15];
}

// True for characters that need no escaping: nearly all that is ever logged.
bool is_plain(char c) noexcept {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

// Appends at most value_bytes_max bytes of `text`, without cutting a character. Invalid UTF-8 becomes U+FFFD.
void append_quoted(std::string& line, std::string_view text) {
    std::size_t room = value_bytes_max;
    line += '"';
    for (;;) {
        const auto within = text.substr(0, room);
        const auto plain =
                static_cast<std::size_t>(std::ranges::find_if_not(within, is_plain) - within.begin());
        line += text.substr(0, plain);
        room -= plain;
        text.remove_prefix(plain);
        if (text.empty())
            break;

        const code_point next = first_code_point(text);
        const std::size_t bytes = next.bytes == 0 ? 1 : next.bytes;
        if (bytes > room)
            break;
        room -= bytes;
        if (next.bytes == 0)
            line += "\xef\xbf\xbd";
        else if (needs_escape(next.value))
            append_escaped(line, next.value);
        else if (next.value == '"' || next.value == '\\')
            (line += '\\') += text.front();
        else
            line += text.substr(0, bytes);
        text.remove_prefix(bytes);
    }
    line += '"';
}

struct value_writer {
    std::string& line;
    void operator()(std::string_view text) const { append_quoted(line, text); }
    void operator()(std::int64_t number) const { line += std::to_string(number); }
    void operator()(bool value) const { line += value ? "true" : "false"; }
};

void append_field(std::string& line, const log_field& field) {
    line += line.empty() ? '{' : ',';
    append_quoted(line, field.name);
    line += ':';
    std::visit(value_writer{line}, field.value);
}

std::string now_text() {
    return format_rfc3339(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

}  // namespace

logger::logger(sink out, log_level least) : state_(std::make_unique<state>()) {
    state_->out = std::move(out);
    state_->least = least;
}

logger::~logger() = default;

std::string log_line(log_level level, std::string_view event, std::initializer_list<log_field> fields) {
    const std::string time = now_text();
    std::string line;
    append_field(line, {"time", time});
    append_field(line, {"level", level_names[static_cast<std::size_t>(level)]});
    append_field(line, {"event", event});
    for (const log_field& field : fields)
        append_field(line, field);
    line += "}\n";
    return line;
}

void logger::write(log_level level, std::string_view event, std::initializer_list<log_field> fields) {
    if (level < state_->least)
        return;
    const std::string line = log_line(level, event, fields);
    const std::lock_guard lock(state_->mutex);
    state_->out(line);
}

void logger::debug(std::string_view event, std::initializer_list<log_field> fields) {
    write(log_level::debug, event, fields);
}

void logger::info(std::string_view event, std::initializer_list<log_field> fields) {
    write(log_level::info, event, fields);
}

void logger::warning(std::string_view event, std::initializer_list<log_field> fields) {
    write(log_level::warning, event, fields);
}

void logger::error(std::string_view event, std::initializer_list<log_field> fields) {
    write(log_level::error, event, fields);
}

}  // namespace scimd
