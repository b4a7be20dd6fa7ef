#include "test_server.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

limits impatient() {
    limits bounds;
    bounds.header_deadline = 600ms;
    bounds.first_request_deadline = 800ms;
    bounds.idle_deadline = 1'200ms;
    bounds.body_window = 600ms;
    bounds.write_stall_deadline = 600ms;
    bounds.response_bytes_per_second_min = 100'000'000;
    return bounds;
}

std::uint64_t refusals(test_server& server, std::string_view reason) {
    return server.metrics.counter_of("scimd_http_refused_total", "", {{"reason", reason}}).value();
}

TEST(limits, of_the_head_have_a_status_each) {
    test_server server;
    const limits bounds;
    const std::string long_line = "GET /" + std::string(bounds.request_line_bytes_max, 'a');
    const std::string large_block =
            "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(bounds.header_bytes_max, 'a');
    std::string many_fields = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 0; i < bounds.header_fields_max; ++i)
        many_fields += "X-A: b\r\n";

    auto first = server.connect();
    EXPECT_EQ(status_of(first, long_line), 414);
    auto second = server.connect();
    EXPECT_EQ(status_of(second, large_block), 431);
    auto third = server.connect();
    EXPECT_EQ(status_of(third, many_fields + "\r\n"), 431);
    EXPECT_EQ(refusals(server, "uri_too_long"), 1U);
    EXPECT_EQ(refusals(server, "fields_too_large"), 2U);
}

TEST(limits, of_the_head_accept_a_request_at_the_limit) {
    test_server server;
    const limits bounds;
    constexpr std::string_view around_target = "GET / HTTP/1.1";
    constexpr std::string_view around_value = "Host: a\r\nX: \r\n\r\n";
    auto wire = server.connect();
    const auto status = status_of(
            wire, "GET /" + std::string(bounds.request_line_bytes_max - around_target.size(), 'a') +
                          " HTTP/1.1\r\nHost: a\r\nX: " +
                          std::string(bounds.header_bytes_max - around_value.size(), 'b') + "\r\n\r\n");
    EXPECT_EQ(status, 200);
    EXPECT_EQ(status_of(wire, get("/next")), 200);
}

TEST(deadline, of_the_header_starts_at_its_first_byte) {
    test_server server(impatient());
    auto wire = server.connect();
    http::response answer{.status = 0, .headers = {}, .body = {}};
    for (int i = 0; i < 500 && answer.status == 0 && wire.is_open(); ++i) {
        if (!wire.send(i == 0 ? "GET / HTTP/1.1\r\nX-A: " : "a"))
            break;
        if (!wire.stays_silent_for(20ms))
            answer = wire.read().value_or(http::response{.status = -1, .headers = {}, .body = {}});
    }
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(server.handlers.reasons(), std::vector<std::string>{"The header came too slowly."});
    EXPECT_EQ(refusals(server, "timeout"), 1U);
}

TEST(deadline, of_an_idle_connection_closes_it_silently) {
    test_server server(impatient());
    auto used = server.connect();
    EXPECT_EQ(status_of(used, get("/")), 200);
    EXPECT_TRUE(used.stays_silent_for(200ms));
    EXPECT_TRUE(used.ends_within(10s));
}

TEST(deadline, of_the_first_request_is_separate) {
    auto bounds = impatient();
    bounds.idle_deadline = 60s;
    test_server server(bounds);
    auto fresh = server.connect();
    EXPECT_TRUE(fresh.stays_silent_for(200ms));
    EXPECT_TRUE(fresh.ends_within(10s));

    auto used = server.connect();
    EXPECT_EQ(status_of(used, get("/")), 200);
    EXPECT_TRUE(used.stays_silent_for(1'200ms));
    EXPECT_EQ(status_of(used, get("/")), 200);
}

TEST(deadline, of_the_header_restarts_with_each_request) {
    test_server server(impatient());
    auto wire = server.connect();
    for (int i = 0; i < 5; ++i) {
        wire.send("GET / HTTP/1.1\r\n");
        EXPECT_TRUE(wire.stays_silent_for(150ms));
        EXPECT_EQ(status_of(wire, "Host: a\r\n\r\n"), 200) << i;
    }
}

TEST(deadline, of_the_body_is_reported_to_the_service) {
    test_server server(impatient());
    auto wire = server.connect();
    wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 408);
    EXPECT_EQ(answer->body, "The body came too slowly.");
    EXPECT_TRUE(wire.ends_within(10s));
}

TEST(deadline, of_the_body_restarts_when_a_window_is_full) {
    auto bounds = impatient();
    bounds.body_bytes_per_second_min = 10;  // six bytes in each window
    test_server server(bounds);
    auto wire = server.connect();
    wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n");
    EXPECT_TRUE(wire.stays_silent_for(350ms));
    wire.send("0123456789");
    EXPECT_TRUE(wire.stays_silent_for(350ms));
    wire.send("01234");
    EXPECT_EQ(status_of(wire, "56789"), 200);
}

TEST(deadline, of_the_whole_body_holds_however_steadily_it_arrives) {
    auto bounds = impatient();
    bounds.body_bytes_per_second_min = 1;
    bounds.body_deadline = 1s;
    test_server server(bounds);
    auto wire = server.connect();
    wire.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 400 && wire.stays_silent_for(20ms); ++i)
        wire.send("1\r\na\r\n");
    const auto answer = wire.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 408);
}

TEST(deadline, of_a_write_closes_a_connection_that_reads_nothing) {
    test_server server(impatient());
    auto wire = server.connect();
    wire.send(get("/bytes/50000000"));
    auto& open = server.metrics.gauge_of("scimd_http_connections", "");
    for (int i = 0; i < 500 && open.value() != 1; ++i)
        std::this_thread::sleep_for(10ms);
    for (int i = 0; i < 500 && open.value() != 0; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(open.value(), 0);
}

TEST(deadline, does_not_apply_to_the_service) {
    test_server server(impatient());
    auto wire = server.connect();
    wire.send(get("/wait"));
    EXPECT_TRUE(wire.stays_silent_for(1'500ms));
    server.handlers.release();
    EXPECT_EQ(wire.read()->status, 200);
}

TEST(connections, beyond_the_limit_wait_while_all_are_active) {
    limits bounds;
    bounds.connections_max = 2;
    test_server server(bounds);
    auto first = server.connect();
    auto second = server.connect();
    first.send(get("/wait"));
    second.send(get("/wait"));
    EXPECT_TRUE(second.stays_silent_for(100ms));

    // The accept that was under way when the second connection came in may admit one more.
    auto third = server.connect();
    auto fourth = server.connect();
    third.send(get("/wait"));
    fourth.send(get("/wait"));
    EXPECT_TRUE(fourth.stays_silent_for(300ms));
    server.handlers.release();
    for (auto* const one : {&first, &second, &third, &fourth})
        EXPECT_EQ(one->read()->status, 200);
}

// Waits until so many connections are idle: that happens shortly after their clients have the responses.
bool becomes_idle(test_server& server, std::int64_t connections) {
    auto& idle = server.metrics.gauge_of("scimd_http_connections_state", "", {{"state", "idle"}});
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (idle.value() != connections && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(1ms);
    return idle.value() == connections;
}

TEST(connections, idle_longest_are_closed_for_new_ones) {
    limits bounds;
    bounds.connections_max = 2;
    test_server server(bounds);
    auto first = server.connect();
    EXPECT_EQ(status_of(first, get("/")), 200);
    EXPECT_TRUE(becomes_idle(server, 1));
    auto second = server.connect();
    EXPECT_EQ(status_of(second, get("/")), 200);
    EXPECT_TRUE(becomes_idle(server, 2));

    auto third = server.connect();
    EXPECT_EQ(status_of(third, get("/")), 200);
    EXPECT_TRUE(first.ends_within(10s));
    EXPECT_EQ(status_of(second, get("/")), 200);
    auto& closed = server.metrics.counter_of("scimd_http_connections_closed_total", "", {{"state", "idle"}});
    EXPECT_EQ(closed.value(), 1U);
}

TEST(connections, without_a_request_are_closed_before_idle_ones) {
    limits bounds;
    bounds.connections_max = 2;
    test_server server(bounds);
    auto used = server.connect();
    EXPECT_EQ(status_of(used, get("/")), 200);
    auto mute = server.connect();
    mute.send("GET / HT");
    EXPECT_TRUE(mute.stays_silent_for(1'200ms));

    auto third = server.connect();
    EXPECT_EQ(status_of(third, get("/")), 200);
    EXPECT_TRUE(mute.ends_within(10s));
    EXPECT_EQ(status_of(used, get("/")), 200);
}

TEST(connections, of_one_address_are_limited) {
    const auto address = own_distant_address();
    if (address.empty())
        GTEST_SKIP() << "this machine has no address but loopback";
    limits bounds;
    bounds.connections_per_address_max = 2;
    test_server server(bounds);
    listen_options where;
    where.at.host = address;
    const auto bound = server.tested->listen(where);
    ASSERT_TRUE(bound.has_value()) << bound.error().detail;

    std::vector<raw_connection> taken;
    for (int i = 0; i < 2; ++i) {
        taken.push_back(raw_connection::to_port(bound->port, address));
        taken.back().send(get("/who"));
        EXPECT_EQ(taken.back().read()->body, address + " distant client");
    }
    auto beyond = raw_connection::to_port(bound->port, address);
    EXPECT_TRUE(beyond.ends_within(10s));
    EXPECT_EQ(refusals(server, "address"), 1U);
}

TEST(connections, of_a_trusted_proxy_are_exempt) {
    const auto address = own_distant_address();
    if (address.empty())
        GTEST_SKIP() << "this machine has no address but loopback";
    limits bounds;
    bounds.connections_per_address_max = 1;
    bounds.trusted_proxies.push_back(*ip_network::parse(address));
    test_server server(bounds);
    listen_options where;
    where.at.host = address;
    const auto bound = server.tested->listen(where);
    ASSERT_TRUE(bound.has_value()) << bound.error().detail;
    std::vector<raw_connection> taken;
    for (int i = 0; i < 3; ++i) {
        taken.push_back(raw_connection::to_port(bound->port, address));
        EXPECT_EQ(status_of(taken.back(), get("/")), 200);
    }
}

TEST(connections, of_loopback_are_exempt) {
    limits bounds;
    bounds.connections_per_address_max = 1;
    test_server server(bounds);
    std::vector<raw_connection> taken;
    for (int i = 0; i < 5; ++i) {
        taken.push_back(server.connect());
        EXPECT_EQ(status_of(taken.back(), get("/")), 200);
    }
}

// Leaves one free descriptor in this process. The others are taken twice with a wait in between, because a
// thread that starts has files open for an instant, and closing them would free more descriptors.
class one_descriptor_left {
public:
    one_descriptor_left() {
        ::getrlimit(RLIMIT_NOFILE, &usual_);
        const int next = ::dup(STDIN_FILENO);
        ::close(next);
        auto tight = usual_;
        tight.rlim_cur = static_cast<rlim_t>(next) + 8;
        ::setrlimit(RLIMIT_NOFILE, &tight);
        take_all();
        std::this_thread::sleep_for(50ms);
        take_all();
        ::close(taken_.back());
        taken_.pop_back();
    }
    one_descriptor_left(const one_descriptor_left&) = delete;
    one_descriptor_left& operator=(const one_descriptor_left&) = delete;
    ~one_descriptor_left() {
        for (const int descriptor : taken_)
            ::close(descriptor);
        ::setrlimit(RLIMIT_NOFILE, &usual_);
    }

private:
    void take_all() {
        for (int descriptor = ::dup(STDIN_FILENO); descriptor >= 0; descriptor = ::dup(STDIN_FILENO))
            taken_.push_back(descriptor);
    }

    rlimit usual_{};
    std::vector<int> taken_;
};

std::chrono::milliseconds processor_time() {
    return std::chrono::milliseconds(std::clock() * 1'000 / CLOCKS_PER_SEC);
}

TEST(accept, pauses_without_descriptors_and_resumes) {
    test_server server;
    auto early = server.connect();
    EXPECT_EQ(status_of(early, get("/")), 200);

    std::optional<one_descriptor_left> shortage(std::in_place);
    auto late = server.connect();
    ASSERT_TRUE(late.is_open());
    late.send(get("/"));
    const auto begun = processor_time();
    EXPECT_TRUE(late.stays_silent_for(400ms));
    EXPECT_LT(processor_time() - begun, 200ms);

    shortage.reset();
    const auto answer = late.read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
}

}  // namespace
}  // namespace scimd::net
