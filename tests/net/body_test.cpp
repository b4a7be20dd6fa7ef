#include "test_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

constexpr auto body_bytes_most = recording_service::body_bytes_max;

std::string chunked_head(std::string_view more = "") {
    return "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + std::string(more) + "\r\n";
}

std::string head_with_length(std::string_view target, std::size_t bytes, std::string_view more = "") {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n" + std::string(more) +
           "\r\n";
}

TEST(body, is_accepted_up_to_its_limit) {
    test_server server;
    for (const auto bytes : {body_bytes_most - 1, body_bytes_most}) {
        auto wire = server.connect();
        wire.send(post("/echo", std::string(bytes, 'a')));
        const auto answer = wire.read();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body.size(), bytes);
    }
    auto wire = server.connect();
    wire.send(post("/echo", std::string(body_bytes_most + 1, 'a')));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 413);
    EXPECT_EQ(*answer->headers.find("Connection"), "close");
}

TEST(body, in_chunks_is_accepted_up_to_its_limit) {
    test_server server;
    for (const auto& [bytes, status] :
            {std::pair{body_bytes_most - 1, 200}, {body_bytes_most, 200}, {body_bytes_most + 1, 413}}) {
        auto wire = server.connect();
        std::string text = chunked_head() + "1\r\na\r\n";
        std::array<char, 16> size{};
        std::snprintf(size.data(), size.size(), "%zx", bytes - 1);
        text += std::string(size.data()) + "\r\n" + std::string(bytes - 1, 'a') + "\r\n0\r\n\r\n";
        EXPECT_EQ(status_of(wire, text), status) << bytes;
    }
}

TEST(body, is_refused_by_content_length_before_it_arrives) {
    test_server server;
    auto wire = server.connect();
    wire.send(head_with_length("/echo", body_bytes_most + 1));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 413);
    EXPECT_EQ(answer->body, "The body is larger than 1000 bytes.");
}

TEST(body, in_chunks_is_joined) {
    test_server server;
    auto wire = server.connect();
    wire.send(chunked_head() + "5\r\nhello\r\n1;a=b;c=\"d e\"\r\n \r\n005\r\nworld\r\n0\r\n\r\n" +
              get("/next"));
    EXPECT_EQ(wire.read()->body, "hello world");
    EXPECT_EQ(wire.read()->body, "GET /next");
}

TEST(body, in_chunks_may_arrive_byte_by_byte) {
    test_server server;
    auto wire = server.connect();
    for (const char byte : chunked_head() + "5\r\nhello\r\nA;x\r\n0123456789\r\n0\r\n\r\n")
        ASSERT_TRUE(wire.send(std::string_view(&byte, 1)));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "hello0123456789");
}

TEST(body, in_a_thousand_chunks_of_one_byte_is_accepted) {
    test_server server;
    auto wire = server.connect();
    std::string text = chunked_head();
    for (std::size_t i = 0; i < body_bytes_most; ++i)
        text += "1\r\na\r\n";
    wire.send(text + "0\r\n\r\n");
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, std::string(body_bytes_most, 'a'));
}

TEST(body, may_have_chunk_extensions_up_to_their_limit) {
    test_server server;
    const auto bytes_max = limits().chunk_header_bytes_max;
    for (const auto& [bytes, status] :
            {std::pair{bytes_max - 1, 200}, {bytes_max, 200}, {bytes_max + 1, 400}}) {
        auto wire = server.connect();
        const auto extension = ";" + std::string(bytes - 1, 'a');
        EXPECT_EQ(status_of(wire, chunked_head() + "1" + extension + "\r\na\r\n0\r\n\r\n"), status) << bytes;
    }
}

TEST(body, with_an_endless_chunk_header_or_trailer_is_refused_early) {
    test_server server;
    for (const std::string_view start : {"5;a=", "0\r\nX-A: ", "0000"}) {
        auto wire = server.connect();
        wire.send(chunked_head() + std::string(start));
        const std::string piece(4'096, '0');
        bool is_taken = true;
        for (int sent = 0; sent < 4'096 && is_taken; ++sent)
            is_taken = wire.send(piece);
        EXPECT_FALSE(is_taken) << start;
    }
}

TEST(body, in_malformed_chunks_is_refused_with_the_reason) {
    test_server server;
    auto wire = server.connect();
    wire.send(chunked_head() + "x\r\na\r\n0\r\n\r\n");
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, "The body's chunks are malformed: a chunk's size is not a hexadecimal number.");
}

TEST(body, in_chunks_may_have_trailer_fields_which_are_dropped) {
    test_server server;
    auto wire = server.connect();
    wire.send(chunked_head() + "5\r\nhello\r\n0\r\nX-Checksum: a b\r\nX-More:\r\n\r\n" + get("/next"));
    EXPECT_EQ(wire.read()->body, "hello");
    EXPECT_EQ(wire.read()->body, "GET /next");
}

// Sent byte by byte and never ended: the response must not wait for more.
TEST(body, with_a_bare_lf_after_the_last_chunk_is_refused_at_once) {
    test_server server;
    auto wire = server.connect();
    for (const char byte : chunked_head() + "5\r\nhello\r\n0\r\n\n")
        ASSERT_TRUE(wire.send(std::string_view(&byte, 1)));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, "The body's chunks are malformed: a line ends in a CR or an LF alone.");
}

constexpr std::array without_use_for_a_body = {"GET", "DELETE", "OPTIONS", "TRACE"};

TEST(body, is_ignored_for_methods_without_use_for_one) {
    test_server server;
    auto wire = server.connect();
    for (const std::string method : without_use_for_a_body) {
        wire.send(method + " /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        wire.send(method + " /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        wire.send("5\r\nhello\r\n0\r\nX-A: b\r\n\r\n" + get("/c"));
        EXPECT_EQ(wire.read()->body, method + " /a");
        EXPECT_EQ(wire.read()->body, method + " /b");
        EXPECT_EQ(wire.read()->body, "GET /c");
    }
    wire.send("HEAD /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(wire.read(true)->status, 200);
    wire.send("GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(wire.read()->body, "");
}

TEST(body, has_a_limit_when_it_is_ignored) {
    limits bounds;
    bounds.ignored_body_bytes_max = 100;
    test_server server(bounds);
    for (const auto& [bytes, status] : {std::pair{99U, 200}, {100U, 200}, {101U, 413}}) {
        const std::string text(bytes, 'a');
        const std::string head = "DELETE /a HTTP/1.1\r\nHost: a\r\n";
        auto counted = server.connect();
        EXPECT_EQ(status_of(counted, head + "Content-Length: " + std::to_string(bytes) + "\r\n\r\n" + text),
                status);
        auto in_chunks = server.connect();
        EXPECT_EQ(status_of(in_chunks, head + "Transfer-Encoding: chunked\r\n\r\n2\r\naa\r\n" +
                                               (bytes == 101U          ? "63"
                                                       : bytes == 100U ? "62"
                                                                       : "61") +
                                               "\r\n" + text.substr(2) + "\r\n0\r\n\r\n"),
                status);
    }
    EXPECT_EQ(server.handlers.targets().size(), 4U);
    EXPECT_EQ(server.handlers.reasons().front(), "The body is larger than 100 bytes.");
}

TEST(body, is_awaited_within_its_deadline_when_it_is_ignored) {
    limits bounds;
    bounds.body_deadline = 200ms;
    test_server server(bounds);
    auto wire = server.connect();
    const std::string head = "GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n";
    wire.send(head + "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(wire.read()->status, 100);
    EXPECT_TRUE(server.handlers.targets().empty());
    wire.send("hello");
    EXPECT_EQ(wire.read()->body, "GET /a");

    wire.send(head + "\r\nhell");
    EXPECT_EQ(wire.read()->status, 408);
    EXPECT_TRUE(wire.ends_within(10s));
    EXPECT_EQ(server.handlers.targets().size(), 1U);
}

TEST(body, is_not_awaited_when_the_service_does_not_read_it) {
    test_server server;
    auto wire = server.connect();
    wire.send(head_with_length("/unread", 10'000'000) + std::string(1'000, 'a'));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 401);
    EXPECT_EQ(*answer->headers.find("Connection"), "close");
    EXPECT_TRUE(wire.ends_within(10s));
}

TEST(body, is_drained_when_unread_so_that_the_response_arrives) {
    test_server server;
    auto wire = server.connect();
    // More than drain_bytes_max, less than what the sockets' buffers hold while the server does not read.
    wire.send(head_with_length("/unread", 10'000'000) + std::string(60'000, 'a'));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 401);
}

TEST(body, is_cut_off_when_it_never_ends) {
    test_server server;
    auto wire = server.connect();
    wire.send(head_with_length("/unread", 1'000'000'000));
    const std::string piece(64 * 1'024, 'a');
    int sent = 0;
    while (sent < 4'000 && wire.send(piece))
        ++sent;
    EXPECT_LT(sent, 4'000);
}

TEST(body, leaves_the_connection_open_when_complete_and_unread) {
    test_server server;
    auto wire = server.connect();
    wire.send(post("/unread", "hello") + get("/next"));
    EXPECT_EQ(wire.read()->status, 401);
    EXPECT_EQ(wire.read()->body, "GET /next");
}

TEST(body, is_refused_when_it_ends_early) {
    test_server server;
    auto wire = server.connect();
    wire.send(head_with_length("/echo", 10) + "hello");
    wire.end_writing();
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, "The connection ended within the body.");
    EXPECT_TRUE(wire.ends_within(10s));
}

TEST(expectation, is_answered_when_the_service_reads_the_body) {
    test_server server;
    auto wire = server.connect();
    wire.send(head_with_length("/echo", 5, "Expect: 100-continue\r\n"));
    const auto go_on = wire.read();
    ASSERT_TRUE(go_on.has_value());
    EXPECT_EQ(go_on->status, 100);
    wire.send("hello");
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(status_of(wire, get("/next")), 200);
}

TEST(expectation, is_not_answered_when_the_head_is_rejected) {
    test_server server;
    auto wire = server.connect();
    wire.send(head_with_length("/unread", 5, "Expect: 100-continue\r\n"));
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 401);
    EXPECT_EQ(*answer->headers.find("Connection"), "close");
    EXPECT_TRUE(wire.ends_within(10s));
}

TEST(expectation, is_not_answered_when_the_body_is_too_large) {
    test_server server;
    auto wire = server.connect();
    EXPECT_EQ(
            status_of(wire, head_with_length("/echo", body_bytes_most + 1, "Expect: 100-continue\r\n")), 413);
}

TEST(expectation, needs_no_answer_when_the_body_has_arrived) {
    test_server server;
    auto wire = server.connect();
    wire.send(head_with_length("/echo", 5, "Expect: 100-continue\r\n") + "hello");
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
}

TEST(expectation, is_ignored_from_http_1_0_clients) {
    test_server server;
    auto wire = server.connect();
    wire.send("POST /echo HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(wire.stays_silent_for(100ms));
    wire.send("hello");
    EXPECT_EQ(wire.read()->status, 200);
}

}  // namespace
}  // namespace scimd::net
