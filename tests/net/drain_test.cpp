#include "test_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

void await_the_service(const test_server& server) {
    for (int i = 0; i < 500 && !server.handlers.is_waited_on(); ++i)
        std::this_thread::sleep_for(5ms);
    ASSERT_TRUE(server.handlers.is_waited_on());
}

TEST(drain, completes_at_once_without_sessions) {
    test_server server;
    server.listen_on_port();
    EXPECT_TRUE(server.drains_within(10s));
}

TEST(drain, ends_idle_connections_at_once) {
    test_server server;
    auto used = server.connect();
    EXPECT_EQ(status_of(used, get("/")), 200);
    auto fresh = server.connect();
    EXPECT_EQ(status_of(used, get("/")), 200);
    EXPECT_TRUE(server.drains_within(10s));
    EXPECT_TRUE(used.ends_within(10s));
    EXPECT_TRUE(fresh.ends_within(10s));
}

TEST(drain, accepts_no_connections) {
    test_server server;
    const auto port = server.listen_on_port();
    EXPECT_TRUE(server.drains_within(10s));
    for (int i = 0; i < 100 && raw_connection::to_port(port).is_open(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_FALSE(raw_connection::to_port(port).is_open());
}

TEST(drain, answers_requests_under_way_and_then_ends) {
    test_server server;
    auto wire = server.connect();
    wire.send(get("/wait"));
    await_the_service(server);

    std::atomic<bool> is_done{false};
    server.tested->drain([&is_done] { is_done = true; });
    EXPECT_TRUE(wire.stays_silent_for(100ms));
    EXPECT_FALSE(is_done);

    server.handlers.release();
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(*answer->headers.find("Connection"), "close");
    EXPECT_TRUE(wire.ends_within(10s));
    wire.end_writing();
    for (int i = 0; i < 500 && !is_done; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(is_done);
}

TEST(drain, answers_a_request_whose_head_is_being_received) {
    test_server server;
    auto wire = server.connect();
    EXPECT_EQ(status_of(wire, get("/")), 200);
    wire.send("GET /late HTTP/1.1\r\n");
    EXPECT_TRUE(wire.stays_silent_for(100ms));
    EXPECT_FALSE(server.drains_within(50ms));
    wire.send("Host: a\r\n\r\n");
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "GET /late");
    EXPECT_EQ(*answer->headers.find("Connection"), "close");
}

TEST(drain, cuts_off_sessions_after_its_deadline) {
    limits bounds;
    bounds.drain_deadline = 100ms;
    test_server server(bounds);
    auto wire = server.connect();
    wire.send(get("/wait"));
    await_the_service(server);
    EXPECT_TRUE(server.drains_within(10s));
    EXPECT_TRUE(wire.ends_within(10s));
}

}  // namespace
}  // namespace scimd::net
