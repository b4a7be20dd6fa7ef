// Serialization of a response's status line and header fields.
#pragma once

#include "scimd/http.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace scimd::net {

// Facts about the request and its connection that decide how a response is written.
struct response_options {
    std::string_view request_id{};
    bool closes = false;        // Connection: close
    bool is_http_1_0 = false;   // a persistent connection must then be announced (RFC 9112 §9.3)
    bool answers_head = false;  // the method was HEAD
    bool is_encrypted = false;  // the connection uses TLS
};

// Appends status line, header fields and the empty line to `out`. The server itself sets Connection,
// Content-Length, Date, Transfer-Encoding and X-Request-Id; the response's own fields of these names are
// dropped, and so is a field that would break the framing.
void append_response_head(std::string& out, const http::response& answer, const response_options& options,
        std::string_view date);

// True when body bytes follow the head (RFC 9110 §6.4.1).
bool has_body(const http::response& answer, const response_options& options) noexcept;

// True for a stream of unknown length, except to an HTTP/1.0 client: the end of the connection then ends the
// body.
bool is_chunked(const http::response& answer, const response_options& options) noexcept;

// Formats a date as "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string format_http_date(std::chrono::sys_seconds when);

// Cache of the Date header, which is formatted once a second rather than once a response. Not thread-safe.
class date_stamp {
public:
    std::string_view now();

private:
    std::chrono::sys_seconds second_{};
    std::string text_;
};

}  // namespace scimd::net
