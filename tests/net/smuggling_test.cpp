#include "head_cases.hpp"
#include "test_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

std::size_t count_of(std::string_view needle, std::string_view text) {
    std::size_t count = 0;
    for (auto at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + 1))
        ++count;
    return count;
}

bool was_asked(const test_server& server, std::string_view target) {
    return std::ranges::count(server.handlers.targets(), target) > 0;
}

TEST(smuggling, a_refused_head_gets_one_response_and_nothing_after_it_is_answered) {
    test_server server;
    for (const auto& row : head_cases()) {
        if (row.status == accepted)
            continue;
        auto wire = server.connect();
        wire.send(row.head + get("/embedded"));
        const auto all = wire.read_to_end();
        EXPECT_EQ(count_of("HTTP/1.1 ", all), 1U) << row.claim;
        EXPECT_TRUE(all.starts_with("HTTP/1.1 " + std::to_string(row.status))) << row.claim << ": " << all;
        EXPECT_NE(all.find("Connection: close"), std::string::npos) << row.claim;
        EXPECT_TRUE(wire.ends_within(10s)) << row.claim;
    }
    EXPECT_TRUE(server.handlers.targets().empty());
}

TEST(smuggling, an_accepted_head_without_a_body_is_followed_by_the_next_request) {
    test_server server;
    std::size_t asked = 0;
    for (const auto& row : head_cases()) {
        const bool has_body = row.head.find("Content-Length: 5") != std::string::npos ||
                              row.head.find("hunked") != std::string::npos ||
                              row.head.find("99999") != std::string::npos ||
                              row.head.find("\t5") != std::string::npos;
        if (row.status != accepted || has_body)
            continue;
        auto wire = server.connect();
        wire.send(row.head + get("/next"));
        ASSERT_TRUE(wire.read().has_value()) << row.claim;
        asked += 2;
        if (row.head.find("HTTP/1.0") == std::string::npos) {
            ASSERT_TRUE(wire.read().has_value()) << row.claim;
        } else {
            EXPECT_TRUE(wire.ends_within(10s)) << row.claim;
            --asked;
        }
    }
    EXPECT_EQ(server.handlers.targets().size(), asked);
}

struct body_case {
    std::string_view claim;
    std::string request;
};

std::string chunked(std::string_view body) {
    return "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}

// Each body ends where a lenient parser would see the end of the first request.
std::vector<body_case> broken_bodies() {
    using namespace std::string_literals;
    return {
            {"a size that is none", chunked("x\r\nhello\r\n0\r\n\r\n")},
            {"no size", chunked("\r\nhello\r\n0\r\n\r\n")},
            {"a negative size", chunked("-5\r\nhello\r\n0\r\n\r\n")},
            {"a signed size", chunked("+5\r\nhello\r\n0\r\n\r\n")},
            {"a prefixed size", chunked("0x5\r\nhello\r\n0\r\n\r\n")},
            {"a size with an underscore", chunked("0_5\r\nhello\r\n0\r\n\r\n")},
            {"a leading space", chunked(" 5\r\nhello\r\n0\r\n\r\n")},
            {"a trailing space", chunked("5 \r\nhello\r\n0\r\n\r\n")},
            {"a space before the extension", chunked("5 ;a\r\nhello\r\n0\r\n\r\n")},
            {"a size beyond 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n")},
            {"a bare LF after the size", chunked("5\nhello\r\n0\r\n\r\n")},
            {"a bare CR after the size", chunked("5\rhello\r\n0\r\n\r\n")},
            {"a bare LF after the data", chunked("5\r\nhello\n0\r\n\r\n")},
            {"no line end after the data", chunked("5\r\nhello0\r\n\r\n")},
            {"more data than announced", chunked("5\r\nhello!\r\n0\r\n\r\n")},
            {"a bare LF in an extension", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n")},
            {"an extension without a name", chunked("5;\r\nhello\r\n0\r\n\r\n")},
            {"an open quote in an extension", chunked("5;a=\"b\r\nhello\r\n0\r\n\r\n")},
            {"a NUL in an extension", chunked("5;a=\0\r\nhello\r\n0\r\n\r\n"s)},
            {"bare LFs at the end", chunked("5\r\nhello\r\n0\n\n")},
            {"a bare LF behind the last chunk", chunked("5\r\nhello\r\n0\r\n\n")},
            {"a bare CR behind the last chunk", chunked("5\r\nhello\r\n0\r\n\rX")},
            {"a bare LF behind a trailer", chunked("5\r\nhello\r\n0\r\nX-A: b\n\r\n")},
            {"a NUL in a trailer", chunked("5\r\nhello\r\n0\r\nX-A: \0\r\n\r\n"s)},
            {"a space before a trailer's colon", chunked("5\r\nhello\r\n0\r\nX-A : b\r\n\r\n")},
            {"a trailer that codes", chunked("5\r\nhello\r\n0\r\ntransfer-encoding: chunked\r\n\r\n")},
            {"a trailer that routes", chunked("5\r\nhello\r\n0\r\nHost: b\r\n\r\n")},
            {"a trailer that frames", chunked("5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n")},
            {"a trailer that authorizes", chunked("5\r\nhello\r\n0\r\nAuthorization: Bearer a\r\n\r\n")},
            {"a trailer that is none", chunked("5\r\nhello\r\n0\r\nnonsense\r\n\r\n")},
            {"a folded trailer", chunked("5\r\nhello\r\n0\r\n X-A: b\r\n\r\n")},
            {"an extension of the last chunk beyond the limit",
                    chunked("0;a=" + std::string(300, 'b') + "\r\n\r\n")},
            {"an extension beyond the limit",
                    chunked("5;a=" + std::string(300, 'b') + "\r\nhello\r\n0\r\n\r\n")},
    };
}

TEST(smuggling, a_broken_body_is_refused_and_nothing_after_it_is_answered) {
    test_server server;
    for (const auto& row : broken_bodies()) {
        auto wire = server.connect();
        wire.send(row.request + get("/embedded"));
        const auto all = wire.read_to_end();
        EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << row.claim << ": " << all;
        EXPECT_EQ(count_of("HTTP/1.1 ", all), 1U) << row.claim;
        EXPECT_FALSE(was_asked(server, "/embedded")) << row.claim;
    }
}

// The check is the one of bodies that the service reads.
TEST(smuggling, a_broken_body_of_get_is_refused_before_the_request_is_processed) {
    test_server server;
    for (const auto& row : broken_bodies()) {
        auto wire = server.connect();
        wire.send("GET" + row.request.substr(row.request.find(' ')) + get("/embedded"));
        const auto all = wire.read_to_end();
        EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << row.claim << ": " << all;
        EXPECT_EQ(count_of("HTTP/1.1 ", all), 1U) << row.claim;
    }
    EXPECT_TRUE(server.handlers.targets().empty());
}

TEST(smuggling, a_request_within_a_body_stays_a_body) {
    test_server server;
    const auto inner = get("/embedded");
    auto wire = server.connect();
    wire.send(post("/echo", inner) + get("/next"));
    EXPECT_EQ(wire.read()->body, inner);
    EXPECT_EQ(wire.read()->body, "GET /next");

    wire.send(post("/unread", inner) + get("/next"));
    EXPECT_EQ(wire.read()->status, 401);
    EXPECT_EQ(wire.read()->body, "GET /next");
    EXPECT_FALSE(was_asked(server, "/embedded"));
}

TEST(smuggling, an_unread_chunked_body_closes_the_connection) {
    test_server server;
    auto wire = server.connect();
    wire.send("POST /unread HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
              get("/embedded"));
    const auto all = wire.read_to_end();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 401 ")) << all;
    EXPECT_EQ(count_of("HTTP/1.1 ", all), 1U);
    EXPECT_FALSE(was_asked(server, "/embedded"));
}

}  // namespace
}  // namespace scimd::net
