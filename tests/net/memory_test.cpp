#include "test_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

memory_limits share_of(std::size_t bytes, std::size_t member_bytes) {
    memory_limits limits;
    limits.bytes_max = bytes;
    limits.group_bytes_max = bytes;
    limits.member_bytes_max = member_bytes;
    return limits;
}

std::string head(
        std::string_view target, std::string_view owner, std::size_t bytes, std::string_view more = "") {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\nX-Owner: " + std::string(owner) +
           "\r\nContent-Length: " + std::to_string(bytes) + "\r\n" + std::string(more) + "\r\n";
}

std::string get_by(std::string_view owner, std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\nX-Owner: " + std::string(owner) +
           "\r\n\r\n";
}

constexpr std::string_view expecting = "Expect: 100-continue\r\n";

// With its body.
std::string whole(std::string_view target, std::string_view owner, std::size_t bytes) {
    return head(target, owner, bytes) + std::string(bytes, 'a');
}

// A connection for whose body memory is reserved, and that has not sent it.
raw_connection connect_with_memory(test_server& tested, std::string_view owner, std::size_t bytes) {
    auto wire = tested.connect();
    EXPECT_EQ(status_of(wire, head("/echo", owner, bytes, expecting)), 100);
    return wire;
}

// Opens a connection whose request is being processed.
raw_connection connect_with_request(test_server& tested, const std::string& request) {
    auto wire = tested.connect();
    wire.send(request);
    while (!tested.handlers.is_waited_on())
        std::this_thread::sleep_for(1ms);
    return wire;
}

// Opens a connection that has sent a head; it waits for memory or is refused.
raw_connection connect_and_ask(test_server& tested, std::string_view owner, std::size_t bytes) {
    auto wire = tested.connect();
    wire.send(head("/echo", owner, bytes, expecting));
    return wire;
}

std::int64_t reserved(test_server& tested, std::string_view of) {
    return tested.metrics.gauge_of("scimd_memory_reserved_bytes", "", {{"of", of}}).value();
}

TEST(memory, beyond_an_owners_share_of_bodies_is_awaited_and_then_refused) {
    limits bounds;
    bounds.body_memory = share_of(4'000, 1'000);
    bounds.memory_wait_max = 200ms;
    test_server tested(bounds);
    auto first = connect_with_memory(tested, "g/m", 600);
    EXPECT_EQ(reserved(tested, "bodies"), 600);

    auto second = connect_and_ask(tested, "g/m", 600);
    const auto refused = second.read();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 429);
    EXPECT_EQ(refused->body,
            "The requests under way of this directory or organization take all the memory that they may."
            " Try again shortly.");
    auto third = connect_with_memory(tested, "g/m", 400);
    auto other = connect_with_memory(tested, "h/n", 1'000);

    EXPECT_EQ(status_of(first, std::string(600, 'a')), 200);
    EXPECT_EQ(status_of(first, head("/echo", "g/m", 600, expecting)), 100);
}

TEST(memory, for_bodies_of_one_owner_is_awaited) {
    limits bounds;
    bounds.body_memory = share_of(4'000, 1'000);
    test_server tested(bounds);
    auto first = connect_with_memory(tested, "g/m", 900);
    auto second = connect_and_ask(tested, "g/m", 900);
    auto third = connect_and_ask(tested, "g/m", 900);
    EXPECT_TRUE(second.stays_silent_for(100ms));
    auto other = connect_with_memory(tested, "h/n", 900);
    EXPECT_EQ(status_of(first, std::string(900, 'a')), 200);
    EXPECT_EQ(second.read()->status, 100);
    EXPECT_EQ(status_of(second, std::string(900, 'a')), 200);
    EXPECT_EQ(third.read()->status, 100);
    EXPECT_EQ(status_of(third, std::string(900, 'a')), 200);
    EXPECT_EQ(tested.metrics.counter_of("scimd_memory_waits_total", "", {{"of", "bodies"}}).value(), 2U);
}

TEST(memory, refused_leaves_the_connection_open_when_the_body_has_arrived) {
    limits bounds;
    bounds.body_memory = share_of(4'000, 1'000);
    bounds.memory_wait_max = 0ms;
    test_server tested(bounds);
    auto first = connect_with_memory(tested, "g/m", 600);
    auto second = tested.connect();
    EXPECT_EQ(status_of(second, whole("/echo", "g/m", 500)), 429);
    EXPECT_EQ(status_of(second, get("/next")), 200);
}

TEST(memory, for_all_bodies_is_awaited) {
    limits bounds;
    bounds.body_memory = share_of(1'000, 1'000);
    test_server tested(bounds);
    auto first = connect_with_memory(tested, "g/m", 900);
    auto second = connect_and_ask(tested, "h/n", 900);
    EXPECT_TRUE(second.stays_silent_for(200ms));
    EXPECT_EQ(status_of(first, std::string(900, 'a')), 200);
    EXPECT_EQ(second.read()->status, 100);
    EXPECT_EQ(status_of(second, std::string(900, 'a')), 200);
    EXPECT_EQ(tested.metrics.counter_of("scimd_memory_waits_total", "", {{"of", "bodies"}}).value(), 1U);
}

TEST(memory, is_awaited_for_a_limited_time) {
    limits bounds;
    bounds.body_memory = share_of(1'000, 1'000);
    bounds.memory_wait_max = 200ms;
    test_server tested(bounds);
    auto first = connect_with_memory(tested, "g/m", 900);
    auto second = connect_and_ask(tested, "h/n", 900);
    const auto refused = second.read();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 503);
    EXPECT_EQ(refused->body, "The requests under way take all the memory that they may. Try again shortly.");
    EXPECT_EQ(reserved(tested, "bodies"), 900);
}

TEST(memory, for_a_body_that_can_never_fit_is_refused_permanently) {
    limits bounds;
    bounds.body_memory = share_of(500, 500);
    test_server tested(bounds);
    auto wire = connect_and_ask(tested, "g/m", 501);
    const auto refused = wire.read();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 413);
    EXPECT_EQ(refused->body, "The request would take more memory than one request may.");
    auto fitting = connect_with_memory(tested, "g/m", 500);
}

TEST(memory, is_released_when_the_peer_disconnects) {
    limits bounds;
    bounds.body_memory = share_of(1'000, 1'000);
    test_server tested(bounds);
    auto next = tested.connect();
    {
        auto first = tested.connect();
        EXPECT_EQ(status_of(first, head("/echo", "g/m", 900, expecting)), 100);
        next.send(head("/echo", "h/n", 900, expecting));
        EXPECT_TRUE(next.stays_silent_for(100ms));
    }
    EXPECT_EQ(next.read()->status, 100);
}

TEST(memory, grows_with_a_body_of_unknown_length) {
    limits bounds;
    bounds.body_memory = share_of(1'000'000, 100'000);
    test_server tested(bounds);
    auto first = tested.connect();
    EXPECT_EQ(status_of(first, head("/large", "g/m", 10'000, expecting)), 100);

    constexpr std::string_view chunked =
            "POST /large HTTP/1.1\r\nHost: a\r\nX-Owner: g/m\r\nTransfer-Encoding: chunked\r\n\r\n";
    auto within = tested.connect();
    within.send(std::string(chunked) + "9c40\r\n" + std::string(40'000, 'a') + "\r\n0\r\n\r\n");
    EXPECT_EQ(within.read()->body, "40000");
    auto beyond = tested.connect();
    beyond.send(std::string(chunked) + "ea60\r\n" + std::string(60'000, 'a') + "\r\n");
    EXPECT_EQ(beyond.read()->status, 429);

    EXPECT_EQ(status_of(first, std::string(10'000, 'a')), 200);
    auto alone = tested.connect();
    alone.send(std::string(chunked) + "3d090\r\n" + std::string(250'000, 'a') + "\r\n0\r\n\r\n");
    EXPECT_EQ(alone.read()->body, "250000");
}

TEST(memory, of_a_request_is_held_until_it_is_complete) {
    limits bounds;
    bounds.request_memory = share_of(4'000, 1'000);
    bounds.memory_wait_max = 100ms;
    test_server tested(bounds);
    auto first = connect_with_request(tested, whole("/wait", "g/m", 600));
    EXPECT_EQ(reserved(tested, "requests"), 600);
    EXPECT_EQ(reserved(tested, "bodies"), 0);

    auto second = tested.connect();
    EXPECT_EQ(status_of(second, whole("/echo", "g/m", 600)), 429);
    EXPECT_EQ(status_of(second, whole("/echo", "g/m", 400)), 200);
    auto other = tested.connect();
    EXPECT_EQ(status_of(other, whole("/echo", "h/n", 600)), 200);

    tested.handlers.release();
    EXPECT_EQ(first.read()->status, 200);
    EXPECT_EQ(status_of(second, whole("/echo", "g/m", 600)), 200);
    EXPECT_EQ(status_of(second, get("/after")), 200);
    EXPECT_EQ(reserved(tested, "requests"), 0);
}

TEST(memory, reserved_for_a_request_is_held_until_it_is_over) {
    limits bounds;
    bounds.request_memory = share_of(4'000, 1'000);
    bounds.request_memory.small_request_bytes_max = 300;
    test_server tested(bounds);
    auto first = connect_with_request(tested, whole("/holds/900", "g/m", 100));
    EXPECT_EQ(reserved(tested, "requests"), 900);

    auto second = tested.connect();
    second.send(whole("/holds/400", "g/m", 50));
    const auto refused = second.read();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 429);
    EXPECT_EQ(refused->body,
            "The requests under way of this directory or organization take all the memory that they may."
            " Try again shortly.");
    tested.handlers.release();
    EXPECT_EQ(first.read()->status, 200);
    EXPECT_EQ(status_of(second, whole("/holds/1000", "g/m", 50)), 200);
    EXPECT_EQ(status_of(second, whole("/holds/9000", "g/m", 50)), 200) << "one alone has what there is";
    EXPECT_EQ(status_of(second, get("/after")), 200);
    EXPECT_EQ(reserved(tested, "requests"), 0);
}

// Two requests that hold much memory and wait for more would wait for each other (deadlock).
TEST(memory, is_awaited_only_by_requests_that_hold_little) {
    limits bounds;
    bounds.request_memory = share_of(1'000, 1'000);
    bounds.request_memory.small_request_bytes_max = 100;
    bounds.memory_wait_max = 5'000ms;
    test_server tested(bounds);
    auto first = connect_with_request(tested, whole("/holds/800", "g/m", 100));
    auto large = tested.connect();
    EXPECT_EQ(status_of(large, whole("/holds/300", "h/n", 101)), 503);
    auto small = tested.connect();
    small.send(whole("/holds/300", "i/o", 100));
    EXPECT_TRUE(small.stays_silent_for(100ms));
    tested.handlers.release();
    EXPECT_EQ(first.read()->status, 200);
    EXPECT_EQ(small.read()->status, 200);
}

class large_pieces final : public http::body_source {
public:
    state next(std::string& piece) override {
        piece.append(piece_bytes, 'x');
        return --left_ > 0 ? state::more : state::done;
    }

    static constexpr std::size_t piece_bytes = 100'000;
    static constexpr std::size_t bytes = 10 * piece_bytes;

private:
    int left_ = 10;
};

TEST(memory, for_a_stream_is_that_of_one_piece) {
    limits bounds;
    for (const auto room : {large_pieces::piece_bytes, large_pieces::piece_bytes - 1}) {
        bounds.request_memory = share_of(room, room);
        test_server tested(bounds);
        tested.handlers.make_stream = [] { return std::make_unique<large_pieces>(); };
        auto wire = tested.connect();
        wire.send(get_by("g/m", "/stream"));
        const auto answer = wire.read();
        EXPECT_EQ(answer.has_value(), room == large_pieces::piece_bytes);
        EXPECT_EQ(reserved(tested, "requests"), 0);
    }
}

TEST(memory, for_long_unread_responses_is_charged_to_the_owner) {
    limits bounds;
    bounds.request_memory = share_of(100'000, 60'000);
    test_server tested(bounds);
    auto slow = tested.connect();
    slow.send(get_by("g/m", "/bytes/50000000"));
    auto& reserved = tested.metrics.gauge_of("scimd_memory_reserved_bytes", "", {{"of", "requests"}});
    for (int i = 0; i < 500 && reserved.value() == 0; ++i)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(reserved.value(), 100'000);

    auto second = tested.connect();
    EXPECT_EQ(status_of(second, get_by("g/m", "/bytes/50000")), 429);
    EXPECT_EQ(status_of(second, get_by("g/m", "/bytes/16384")), 200);
    // The outcome of an unsafe method is not withheld.
    const auto change = "PUT" + get_by("g/m", "/bytes/50000").substr(3);
    EXPECT_EQ(status_of(second, change), 200);
}

}  // namespace
}  // namespace scimd::net
