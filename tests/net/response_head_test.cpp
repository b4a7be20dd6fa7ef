#include "net/http/response_head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::net {
namespace {

using namespace std::string_literals;

std::string head_of(const http::response& answer, const response_options& manner) {
    std::string out;
    append_response_head(out, answer, manner, "D");
    return out;
}

http::response with_status(int status) {
    http::response answer;
    answer.status = status;
    answer.body = "hello";
    return answer;
}

TEST(response_head, is_written_in_order) {
    auto answer = with_status(201);
    answer.headers.add("Location", "/a");
    EXPECT_EQ(head_of(answer, {.request_id = "r"}),
            "HTTP/1.1 201 Created\r\nLocation: /a\r\nDate: D\r\nX-Request-Id: r\r\nContent-Length: "
            "5\r\n\r\n");
}

TEST(response_head, says_whether_the_connection_stays_open) {
    const auto answer = with_status(200);
    EXPECT_EQ(head_of(answer, {}).find("Connection:"), std::string::npos);
    EXPECT_NE(head_of(answer, {.closes = true}).find("Connection: close\r\n"), std::string::npos);
    EXPECT_NE(head_of(answer, {.is_http_1_0 = true}).find("Connection: keep-alive\r\n"), std::string::npos);
    EXPECT_NE(head_of(answer, {.closes = true, .is_http_1_0 = true}).find("Connection: close\r\n"),
            std::string::npos);
}

TEST(response_head, sends_hsts_over_tls_only) {
    const auto answer = with_status(404);
    constexpr auto field = "Strict-Transport-Security";
    EXPECT_EQ(head_of(answer, {}).find(field), std::string::npos);
    EXPECT_NE(head_of(answer, {.is_encrypted = true})
                      .find("\r\nStrict-Transport-Security: max-age=63072000\r\n"),
            std::string::npos);
}

TEST(response_head, states_a_length_only_where_one_is_allowed) {
    for (const int status : {204, 304}) {
        EXPECT_EQ(head_of(with_status(status), {}).find("Content-Length"), std::string::npos) << status;
        EXPECT_FALSE(has_body(with_status(status), {})) << status;
    }
    for (const int status : {200, 404, 503}) {
        EXPECT_NE(head_of(with_status(status), {}).find("Content-Length: 5"), std::string::npos) << status;
        EXPECT_TRUE(has_body(with_status(status), {})) << status;
        EXPECT_FALSE(has_body(with_status(status), {.answers_head = true})) << status;
    }
}

TEST(response_head, drops_fields_that_the_server_sets) {
    auto answer = with_status(200);
    for (const auto* name : {"Content-Length", "connection", "Transfer-Encoding", "DATE", "X-Request-Id"})
        answer.headers.add(name, "evil");
    EXPECT_EQ(head_of(answer, {}).find("evil"), std::string::npos);
}

TEST(response_head, drops_a_field_that_would_split_the_response) {
    auto answer = with_status(200);
    answer.headers.add("X-A", "b\r\nX-Evil: c");
    answer.headers.add("X-B", "b\nX-Evil: c");
    answer.headers.add("X-C", "X-Evil\0"s);
    answer.headers.add("X-D\r\nX-Evil", "c");
    answer.headers.add("", "X-Evil");
    EXPECT_EQ(head_of(answer, {}).find("X-Evil"), std::string::npos);
}

TEST(http_date, has_a_fixed_format) {
    EXPECT_EQ(format_http_date(std::chrono::sys_seconds{}), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(format_http_date(std::chrono::sys_seconds(std::chrono::seconds(784'111'777))),
            "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace scimd::net
