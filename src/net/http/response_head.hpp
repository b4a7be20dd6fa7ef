// What stands before a response's body on the wire.
#pragma once

#include "scimd/http.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace scimd::net {

struct response_options {
    std::string_view request_id{};
    bool closes = false;        // Connection: close
    bool is_http_1_0 = false;   // a kept connection must then be said to be kept (RFC 9112 §9.3)
    bool answers_head = false;  // the method was HEAD
    bool is_encrypted = false;  // the connection
};

// Appends status line, fields and empty line to `out`. Connection, Content-Length, Date, Transfer-Encoding
// and X-Request-Id are the server's own: the response's are left out, and so is a field that would break the
// framing.
void append_response_head(
    std::string& out, const http::response& answer, const response_options& manner, std::string_view date
);

// RFC 9110 §6.4.1: whether body bytes follow the head.
bool has_body(const http::response& answer, const response_options& manner) noexcept;

// Whether they come in chunks: a stream's do, but for HTTP/1.0, where the end of the connection ends the
// body.
bool is_chunked(const http::response& answer, const response_options& manner) noexcept;

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string format_http_date(std::chrono::sys_seconds when);

// The date of now: asked for with every response, and another only once a second.
class date_stamp {
public:
    std::string_view now();

private:
    std::chrono::sys_seconds second_{};
    std::string text_;
};

}  // namespace scimd::net
