#include "net/server/session_registry.hpp"

#include "net/http/session.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;
using activity = session_registry::activity;

constexpr session_registry::time_point opening{};

class fake_session final : public session {
public:
    asio::any_io_executor executor() override { return {}; }
    asio::awaitable<void> run() override { co_return; }
    void drain() override {}
    void end_if_idle() override { is_asked_to_end = true; }
    void abort() override {}

    bool is_asked_to_end = false;
};

http::peer from(std::string address) {
    http::peer made;
    made.is_loopback = address.empty();
    made.address = std::move(address);
    return made;
}

struct registry_fixture {
    metrics_registry metrics;
    gauge& open = metrics.gauge_of("scimd_http_connections", "");
    session_registry registry{{.sessions_max = 4,
                                      .sessions_per_address_max = 2,
                                      .trusted_proxies = {*ip_network::parse("198.51.100.0/24")}},
            metrics};
    std::vector<std::shared_ptr<fake_session>> sessions;

    bool enter(
            const std::string& address, session_registry::time_point now = std::chrono::steady_clock::now()) {
        sessions.push_back(std::make_shared<fake_session>());
        return registry.enter(sessions.back(), from(address), now);
    }

    // Returns the indexes of the sessions that were asked to end.
    std::string asked_to_end() const {
        std::string numbers;
        for (std::size_t i = 0; i < sessions.size(); ++i)
            if (sessions[i]->is_asked_to_end)
                numbers += std::to_string(i);
        return numbers;
    }
};

TEST(session_registry_test, limits_the_sessions_of_each_address) {
    registry_fixture one;
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.2"));
    EXPECT_EQ(one.open.value(), 3);

    one.registry.leave(*one.sessions[0]);
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
}

TEST(session_registry_test, ignores_a_refused_session_that_leaves) {
    registry_fixture one;
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
    one.registry.leave(*one.sessions[2]);
    EXPECT_FALSE(one.enter("192.0.2.1"));
    EXPECT_EQ(one.open.value(), 2);
}

TEST(session_registry_test, does_not_limit_loopback) {
    registry_fixture one;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(one.enter(""));
    EXPECT_FALSE(one.registry.is_full());
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.registry.is_full());
    one.registry.leave(*one.sessions[1]);
    EXPECT_FALSE(one.registry.is_full());
}

TEST(session_registry_test, counts_a_64_bit_ipv6_network_as_one_address) {
    registry_fixture one;
    EXPECT_TRUE(one.enter("2001:db8:0:1::1"));
    EXPECT_TRUE(one.enter("2001:db8:0:1:ffff::2"));
    EXPECT_FALSE(one.enter("2001:db8:0:1::3"));
    EXPECT_TRUE(one.enter("2001:db8:0:2::1"));
    one.registry.leave(*one.sessions[0]);
    EXPECT_TRUE(one.enter("2001:db8:0:1::3"));
}

TEST(session_registry_test, does_not_limit_trusted_proxies) {
    registry_fixture one;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(one.enter("198.51.100.7"));
    EXPECT_TRUE(one.enter("198.51.101.7"));
    EXPECT_TRUE(one.enter("198.51.101.7"));
    EXPECT_FALSE(one.enter("198.51.101.7"));
}

TEST(session_registry_test, asks_the_longest_idle_session_to_end_when_it_is_full) {
    registry_fixture one;
    for (int i = 0; i < 4; ++i) {
        one.registry.make_room(opening + 10s);
        one.enter("", opening + std::chrono::seconds(i));
    }
    for (const std::size_t i : {2, 0, 1, 3})
        one.registry.mark(*one.sessions[i], activity::active, opening + 10s);
    one.registry.make_room(opening + 20s);
    EXPECT_EQ(one.asked_to_end(), "");
    EXPECT_TRUE(one.registry.is_nearly_full());

    one.registry.mark(*one.sessions[2], activity::idle, opening + 11s);
    one.registry.mark(*one.sessions[0], activity::idle, opening + 12s);
    one.registry.mark(*one.sessions[2], activity::active, opening + 13s);
    one.registry.mark(*one.sessions[2], activity::idle, opening + 14s);
    one.registry.make_room(opening + 20s);
    EXPECT_EQ(one.asked_to_end(), "0");
}

TEST(session_registry_test, asks_no_second_session_while_one_is_ending) {
    registry_fixture one;
    for (int i = 0; i < 4; ++i)
        one.enter("", opening);
    one.registry.make_room(opening + 20s);
    one.registry.make_room(opening + 20s);
    EXPECT_EQ(one.asked_to_end(), "0");
    EXPECT_TRUE(one.registry.is_closing_idle());
    EXPECT_TRUE(one.registry.is_full());
    EXPECT_FALSE(one.registry.is_nearly_full());

    // It has received a request after all.
    one.registry.mark(*one.sessions[0], activity::active, opening + 20s);
    EXPECT_FALSE(one.registry.is_closing_idle());
    one.registry.make_room(opening + 20s);
    EXPECT_EQ(one.asked_to_end(), "01");
    one.registry.leave(*one.sessions[1]);
    EXPECT_FALSE(one.registry.is_closing_idle());
    EXPECT_FALSE(one.registry.is_nearly_full());
}

// The first `idle` of four sessions are idle, the others have been fresh since 10 s later.
void fill(registry_fixture& one, std::size_t idle) {
    for (std::size_t i = 0; i < 4; ++i) {
        one.enter("", i < idle ? opening : opening + 10s);
        if (i >= idle)
            continue;
        one.registry.mark(*one.sessions[i], activity::active, opening);
        one.registry.mark(*one.sessions[i], activity::idle, opening);
    }
}

TEST(session_registry_test, prefers_sessions_without_a_request_after_a_second) {
    registry_fixture one;
    fill(one, 3);
    one.registry.make_room(opening + 11s);
    EXPECT_EQ(one.asked_to_end(), "3");

    registry_fixture other;
    fill(other, 3);
    other.registry.make_room(opening + 11s - 1ms);
    EXPECT_EQ(other.asked_to_end(), "0");
}

TEST(session_registry_test, closes_no_idle_session_during_a_flood_of_new_ones) {
    registry_fixture one;
    fill(one, 2);
    one.registry.make_room(opening + 11s - 1ms);
    EXPECT_EQ(one.asked_to_end(), "");
    one.registry.make_room(opening + 11s);
    EXPECT_EQ(one.asked_to_end(), "2");
}

TEST(session_registry_test, reserves_places_when_it_has_many) {
    metrics_registry metrics;
    session_registry registry({.sessions_max = 32, .sessions_per_address_max = 1}, metrics);
    std::vector<std::shared_ptr<fake_session>> sessions;
    for (int i = 0; i < 30; ++i) {
        EXPECT_FALSE(registry.is_nearly_full());
        sessions.push_back(std::make_shared<fake_session>());
        registry.enter(sessions.back(), from(""), opening);
    }
    EXPECT_TRUE(registry.is_nearly_full());
    registry.make_room(opening + 1s);
    EXPECT_TRUE(sessions.front()->is_asked_to_end);
    EXPECT_FALSE(registry.is_nearly_full());
}

TEST(session_registry_test, counts_sessions_by_state) {
    registry_fixture one;
    const auto gauge = [&one](const char* state) {
        return one.metrics.gauge_of("scimd_http_connections_state", "", {{"state", state}}).value();
    };
    one.enter("");
    one.enter("");
    one.enter("");
    one.registry.mark(*one.sessions[0], activity::active);
    one.registry.mark(*one.sessions[1], activity::active);
    one.registry.mark(*one.sessions[1], activity::idle);
    EXPECT_EQ(gauge("fresh"), 1);
    EXPECT_EQ(gauge("active"), 1);
    EXPECT_EQ(gauge("idle"), 1);
    for (const auto& one_session : one.sessions)
        one.registry.leave(*one_session);
    EXPECT_EQ(gauge("fresh") + gauge("active") + gauge("idle"), 0);
}

TEST(session_registry_test, returns_open_sessions) {
    registry_fixture one;
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.enter(""));
    EXPECT_EQ(one.registry.all().size(), 2U);
    one.sessions.pop_back();
    EXPECT_EQ(one.registry.all().size(), 1U);
}

TEST(session_registry_test, reports_once_when_it_is_empty) {
    registry_fixture one;
    int calls = 0;
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.enter(""));
    one.registry.when_empty([&calls] { ++calls; });
    one.registry.leave(*one.sessions[0]);
    EXPECT_EQ(calls, 0);
    one.registry.leave(*one.sessions[1]);
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(one.enter(""));
    one.registry.leave(*one.sessions[2]);
    EXPECT_EQ(calls, 1);
    one.registry.when_empty([&calls] { ++calls; });
    EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace scimd::net
