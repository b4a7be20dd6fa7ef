#include "test_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

std::string field_of(const http::response& answer, std::string_view name) {
    const auto* const value = answer.headers.find(name);
    return value ? *value : "";
}

bool is_made_id(const std::string& id) {
    return id.size() == 28 && id.starts_with("req_") &&
           id.find_first_not_of("0123456789abcdef", 4) == std::string::npos;
}

TEST(http_session, serves_several_requests) {
    test_server server;
    auto wire = server.connect();
    for (const auto* target : {"/a", "/b", "/c"}) {
        wire.send(get(target));
        const auto answer = wire.read();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, std::string("GET ") + target);
        EXPECT_EQ(field_of(*answer, "Connection"), "");
        EXPECT_TRUE(field_of(*answer, "Date").ends_with(" GMT"));
        EXPECT_EQ(field_of(*answer, "Server"), "");
    }
}

TEST(http_session, accepts_a_head_byte_by_byte) {
    test_server server;
    auto wire = server.connect();
    for (const char byte : get("/slowly"))
        ASSERT_TRUE(wire.send(std::string_view(&byte, 1)));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "GET /slowly");
}

TEST(http_session, answers_pipelined_requests_in_order) {
    test_server server;
    auto wire = server.connect();
    wire.send(get("/1") + post("/echo", "two") + post("/echo", "") + get("/4"));
    for (const auto* body : {"GET /1", "two", "", "GET /4"}) {
        const auto answer = wire.read();
        ASSERT_TRUE(answer.has_value()) << body;
        EXPECT_EQ(answer->body, body);
    }
}

TEST(http_session, answers_hundreds_of_pipelined_requests) {
    test_server server;
    auto wire = server.connect();
    std::string all;
    for (int i = 0; i < 500; ++i)
        all += get("/" + std::to_string(i));
    wire.send(all);
    for (int i = 0; i < 500; ++i) {
        const auto answer = wire.read();
        ASSERT_TRUE(answer.has_value()) << i;
        ASSERT_EQ(answer->body, "GET /" + std::to_string(i));
    }
}

TEST(http_session, closes_when_the_client_asks) {
    test_server server;
    auto wire = server.connect();
    wire.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n" + get("/never"));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(field_of(*answer, "Connection"), "close");
    EXPECT_TRUE(wire.ends_within(10s));
    EXPECT_EQ(server.handlers.targets().size(), 1U);
}

TEST(http_session, closes_for_http_1_0_unless_keep_alive_is_requested) {
    test_server server;
    auto brief = server.connect();
    brief.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    auto answer = brief.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(field_of(*answer, "Connection"), "close");
    EXPECT_TRUE(brief.ends_within(10s));

    auto lasting = server.connect();
    for (int i = 0; i < 2; ++i) {
        lasting.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        answer = lasting.read();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(field_of(*answer, "Connection"), "keep-alive");
    }
}

TEST(http_session, closes_after_requests_per_connection_max) {
    limits bounds;
    bounds.requests_per_connection_max = 3;
    test_server server(bounds);
    auto wire = server.connect();
    for (const auto* connection : {"", "", "close"}) {
        wire.send(get("/"));
        const auto answer = wire.read();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(field_of(*answer, "Connection"), connection);
    }
    EXPECT_TRUE(wire.ends_within(10s));
}

TEST(http_session, answers_a_client_that_has_shut_down_its_output) {
    test_server server;
    auto wire = server.connect();
    wire.send(get("/last"));
    wire.end_writing();
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "GET /last");
    EXPECT_TRUE(wire.ends_within(10s));
}

TEST(http_session, answers_head_without_a_body_but_with_its_length) {
    test_server server;
    auto wire = server.connect();
    wire.send("HEAD /bytes/7 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
    const auto answer = wire.read(true);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(field_of(*answer, "Content-Length"), "7");
    const auto next = wire.read();
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->body, "GET /next");
}

TEST(http_session, answers_a_rejected_head_request_without_a_body) {
    test_server server;
    auto wire = server.connect();
    wire.send("HEAD / HTTP/1.1\r\n\r\n");
    const auto all = wire.read_to_end();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << all;
    EXPECT_TRUE(all.ends_with("\r\n\r\n")) << all;
}

TEST(http_session, sends_no_length_with_204) {
    test_server server;
    auto wire = server.connect();
    wire.send(get("/none") + get("/next"));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 204);
    EXPECT_EQ(answer->headers.find("Content-Length"), nullptr);
    EXPECT_EQ(wire.read()->body, "GET /next");
}

TEST(http_session, carries_bodies_of_every_size) {
    test_server server;
    auto wire = server.connect();
    for (const std::size_t bytes : {0U, 1U, 16'384U, 16'385U, 5'000'000U}) {
        wire.send(get("/bytes/" + std::to_string(bytes)));
        const auto answer = wire.read();
        ASSERT_TRUE(answer.has_value()) << bytes;
        EXPECT_EQ(answer->body, std::string(bytes, 'x')) << bytes;
    }
}

TEST(http_session, survives_a_service_that_throws) {
    test_server server;
    auto wire = server.connect();
    EXPECT_EQ(status_of(wire, get("/throw")), 500);
    EXPECT_EQ(server.handlers.reasons(), std::vector<std::string>{"The request could not be served."});
    EXPECT_EQ(status_of(wire, get("/next")), 200);
}

TEST(http_session, accepts_targets_in_absolute_form) {
    test_server server;
    auto wire = server.connect();
    wire.send("GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(wire.read()->body, "GET /b?c");
    wire.send("OPTIONS http://a HTTP/1.1\r\nHost: A:80\r\n\r\n");
    EXPECT_EQ(wire.read()->body, "OPTIONS *");
    wire.send("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(wire.read()->status, 400);
    EXPECT_TRUE(wire.ends_within(10s));
}

TEST(http_session, reads_a_later_minor_version_as_1_1) {
    test_server server;
    auto wire = server.connect();
    for (int i = 0; i < 2; ++i) {
        wire.send("POST /echo HTTP/1.2\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
        const auto answer = wire.read();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->body, "a");
        EXPECT_EQ(field_of(*answer, "Connection"), "");
    }
}

// SETTINGS without any, then GOAWAY: the last stream is 0, the error is HTTP_1_1_REQUIRED (RFC 9113 §7).
TEST(http_session, answers_the_preface_of_http_2_in_its_frames) {
    using namespace std::string_literals;
    const auto frames =
            "\0\0\0\x04\0\0\0\0\0"
            "\0\0\x08\x07\0\0\0\0\0"
            "\0\0\0\0\0\0\0\x0d"s;
    const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    test_server server;
    auto whole = server.connect();
    whole.send(preface + "\0\0\0\x04\0\0\0\0\0"s);
    EXPECT_EQ(whole.read_to_end(), frames);

    auto in_pieces = server.connect();
    for (const char byte : preface)
        ASSERT_TRUE(in_pieces.send(std::string_view(&byte, 1)));
    EXPECT_EQ(in_pieces.read_to_end(), frames);
    EXPECT_TRUE(server.handlers.targets().empty());
    EXPECT_EQ(server.metrics.counter_of("scimd_http_refused_total", "", {{"reason", "http2"}}).value(), 2U);
}

TEST(http_session, answers_an_incomplete_http_2_preface_as_http_1) {
    test_server server;
    auto other = server.connect();
    EXPECT_EQ(status_of(other, "PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n"), 400);

    auto second = server.connect();
    EXPECT_EQ(status_of(second, get("/")), 200);
    EXPECT_EQ(status_of(second, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400);
}

TEST(http_session, reports_the_peer_to_the_service) {
    test_server server;
    auto wire = server.connect();
    wire.send(get("/who"));
    EXPECT_EQ(wire.read()->body, "127.0.0.1 loopback client");
}

TEST(request_id, is_taken_from_the_client_when_valid) {
    test_server server;
    auto wire = server.connect();
    const std::string longest(64, 'a');
    for (const auto& id : {std::string("a"), std::string("A.b_c-9"), longest}) {
        wire.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + id + "\r\n\r\n");
        EXPECT_EQ(field_of(*wire.read(), "X-Request-Id"), id);
    }
}

TEST(request_id, is_generated_when_missing_or_invalid) {
    test_server server;
    auto wire = server.connect();
    std::string before;
    for (const auto& id : {std::string(""), std::string(65, 'a'), std::string("a b"), std::string("a\"b"),
                 std::string("<a>")}) {
        wire.send("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + id + "\r\n\r\n");
        const auto given = field_of(*wire.read(), "X-Request-Id");
        EXPECT_TRUE(is_made_id(given)) << given;
        EXPECT_NE(given, before);
        before = given;
    }
    wire.send("nonsense\r\n\r\n");
    EXPECT_TRUE(is_made_id(field_of(*wire.read(), "X-Request-Id")));
}

TEST(http_session, is_counted_while_it_is_open) {
    test_server server;
    auto& open = server.metrics.gauge_of("scimd_http_connections", "");
    auto& total = server.metrics.counter_of("scimd_http_connections_total", "");
    {
        auto wire = server.connect();
        EXPECT_EQ(status_of(wire, get("/")), 200);
        EXPECT_EQ(open.value(), 1);
        EXPECT_EQ(total.value(), 1U);
    }
    for (int i = 0; i < 200 && open.value() != 0; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(open.value(), 0);
    EXPECT_EQ(total.value(), 1U);
}

}  // namespace
}  // namespace scimd::net
