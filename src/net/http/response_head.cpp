#include "net/http/response_head.hpp"

#include "base/text.hpp"
#include "net/http/framing.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace scimd::net {
namespace {

constexpr std::array<std::string_view, 5> server_fields = {
        "Connection", "Content-Length", "Date", "Transfer-Encoding", "X-Request-Id"};

bool is_set_by_server(std::string_view name) noexcept {
    return std::ranges::any_of(
            server_fields, [name](std::string_view own) { return equals_ignoring_case(name, own); });
}

bool is_sound(const http::field& row) noexcept {
    constexpr std::string_view breaking("\r\n\0", 3);
    return is_token(row.name) && row.value.find_first_of(breaking) == std::string::npos;
}

// True when Content-Length may be sent (RFC 9110 §8.6): not with 204, and with 304 it would describe another
// response's body.
bool has_length(int status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

// HSTS for two years; it is never sent over plain HTTP (RFC 6797 §7).
constexpr std::string_view strict_transport = "max-age=63072000";

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void append_response_head(std::string& out, const http::response& answer, const response_options& options,
        std::string_view date) {
    const auto reason = boost::beast::http::obsolete_reason(
            boost::beast::http::int_to_status(static_cast<unsigned>(answer.status)));
    out.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
    out.append(reason.data(), reason.size()).append("\r\n");

    for (const auto& row : answer.headers)
        if (is_sound(row) && !is_set_by_server(row.name))
            append_field(out, row.name, row.value);
    append_field(out, "Date", date);
    append_field(out, "X-Request-Id", options.request_id);
    if (options.is_encrypted)
        append_field(out, "Strict-Transport-Security", strict_transport);
    if (is_chunked(answer, options))
        append_field(out, "Transfer-Encoding", "chunked");
    if (const auto bytes = answer.body_bytes(); bytes && has_length(answer.status))
        append_field(out, "Content-Length", std::to_string(*bytes));
    if (options.closes)
        append_field(out, "Connection", "close");
    else if (options.is_http_1_0)
        append_field(out, "Connection", "keep-alive");
    out.append("\r\n");
}

bool has_body(const http::response& answer, const response_options& options) noexcept {
    return has_length(answer.status) && !options.answers_head;
}

// HTTP/1.0 has no chunked coding (RFC 9112 §6.1).
bool is_chunked(const http::response& answer, const response_options& options) noexcept {
    return !answer.body_bytes() && has_body(answer, options) && !options.is_http_1_0;
}

std::string format_http_date(std::chrono::sys_seconds when) {
    constexpr std::array weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(when - day);

    std::array<char, 64> text{};
    const int bytes = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
            weekdays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
            months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
            static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
            static_cast<int>(time.seconds().count()));
    return {text.data(), static_cast<std::size_t>(bytes)};
}

std::string_view date_stamp::now() {
    const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (second != second_) {
        second_ = second;
        text_ = format_http_date(second);
    }
    return text_;
}

}  // namespace scimd::net
