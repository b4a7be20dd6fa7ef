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

class guest_of_paper final : public session {
public:
    asio::any_io_executor executor() override { return {}; }
    asio::awaitable<void> run() override { co_return; }
    void drain() override {}
    void end_if_idle() override { is_asked_to_end = true; }
    void abort() override {}

    bool is_asked_to_end = false;
};

http::peer from(std::string address)
{
    http::peer made;
    made.is_loopback = address.empty();
    made.address = std::move(address);
    return made;
}

struct registry_fixture {
    metrics_registry metrics;
    gauge& open = metrics.gauge_of("scimd_http_connections", "");
    session_registry registry{
        {.sessions_max = 4,
         .sessions_per_address_max = 2,
         .trusted_proxies = {*ip_network::parse("198.51.100.0/24")}},
        metrics
    };
    std::vector<std::shared_ptr<guest_of_paper>> guests;

    bool enter(
        const std::string& address, session_registry::time_point now = std::chrono::steady_clock::now()
    )
    {
        guests.push_back(std::make_shared<guest_of_paper>());
        return registry.enter(guests.back(), from(address), now);
    }

    // The numbers of those guests.
    std::string asked_to_end() const
    {
        std::string numbers;
        for (std::size_t i = 0; i < guests.size(); ++i)
            if (guests[i]->is_asked_to_end)
                numbers += std::to_string(i);
        return numbers;
    }
};

TEST(registry, gives_each_address_its_share)
{
    registry_fixture one;
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.2"));
    EXPECT_EQ(one.open.value(), 3);

    one.registry.leave(*one.guests[0]);
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
}

TEST(registry, forgets_nothing_when_a_refused_one_leaves)
{
    registry_fixture one;
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
    one.registry.leave(*one.guests[2]);
    EXPECT_FALSE(one.enter("192.0.2.1"));
    EXPECT_EQ(one.open.value(), 2);
}

TEST(registry, gives_loopback_every_place)
{
    registry_fixture one;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(one.enter(""));
    EXPECT_FALSE(one.registry.is_full());
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.registry.is_full());
    one.registry.leave(*one.guests[1]);
    EXPECT_FALSE(one.registry.is_full());
}

TEST(registry, counts_the_addresses_of_an_ipv6_network_of_64_bits_together)
{
    registry_fixture one;
    EXPECT_TRUE(one.enter("2001:db8:0:1::1"));
    EXPECT_TRUE(one.enter("2001:db8:0:1:ffff::2"));
    EXPECT_FALSE(one.enter("2001:db8:0:1::3"));
    EXPECT_TRUE(one.enter("2001:db8:0:2::1"));
    one.registry.leave(*one.guests[0]);
    EXPECT_TRUE(one.enter("2001:db8:0:1::3"));
}

TEST(registry, gives_trusted_proxies_every_place)
{
    registry_fixture one;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(one.enter("198.51.100.7"));
    EXPECT_TRUE(one.enter("198.51.101.7"));
    EXPECT_TRUE(one.enter("198.51.101.7"));
    EXPECT_FALSE(one.enter("198.51.101.7"));
}

TEST(registry, asks_the_longest_idle_session_to_end_when_it_is_full)
{
    registry_fixture one;
    for (int i = 0; i < 4; ++i) {
        one.registry.make_room(opening + 10s);
        one.enter("", opening + std::chrono::seconds(i));
    }
    for (const std::size_t i : {2, 0, 1, 3})
        one.registry.mark(*one.guests[i], activity::active, opening + 10s);
    one.registry.make_room(opening + 20s);
    EXPECT_EQ(one.asked_to_end(), "");
    EXPECT_TRUE(one.registry.is_nearly_full());

    one.registry.mark(*one.guests[2], activity::idle, opening + 11s);
    one.registry.mark(*one.guests[0], activity::idle, opening + 12s);
    one.registry.mark(*one.guests[2], activity::active, opening + 13s);
    one.registry.mark(*one.guests[2], activity::idle, opening + 14s);
    one.registry.make_room(opening + 20s);
    EXPECT_EQ(one.asked_to_end(), "0");
}

TEST(registry, asks_no_other_while_one_is_ending)
{
    registry_fixture one;
    for (int i = 0; i < 4; ++i)
        one.enter("", opening);
    one.registry.make_room(opening + 20s);
    one.registry.make_room(opening + 20s);
    EXPECT_EQ(one.asked_to_end(), "0");
    EXPECT_TRUE(one.registry.is_closing_idle());
    EXPECT_TRUE(one.registry.is_full());
    EXPECT_FALSE(one.registry.is_nearly_full());

    // It has got a request after all.
    one.registry.mark(*one.guests[0], activity::active, opening + 20s);
    EXPECT_FALSE(one.registry.is_closing_idle());
    one.registry.make_room(opening + 20s);
    EXPECT_EQ(one.asked_to_end(), "01");
    one.registry.leave(*one.guests[1]);
    EXPECT_FALSE(one.registry.is_closing_idle());
    EXPECT_FALSE(one.registry.is_nearly_full());
}

// The first `idle` of four sessions are idle, the others have been fresh since 10 s later.
void fill(registry_fixture& one, std::size_t idle)
{
    for (std::size_t i = 0; i < 4; ++i) {
        one.enter("", i < idle ? opening : opening + 10s);
        if (i >= idle)
            continue;
        one.registry.mark(*one.guests[i], activity::active, opening);
        one.registry.mark(*one.guests[i], activity::idle, opening);
    }
}

TEST(registry, prefers_sessions_without_a_request_once_they_had_a_second_for_it)
{
    registry_fixture one;
    fill(one, 3);
    one.registry.make_room(opening + 11s);
    EXPECT_EQ(one.asked_to_end(), "3");

    registry_fixture other;
    fill(other, 3);
    other.registry.make_room(opening + 11s - 1ms);
    EXPECT_EQ(other.asked_to_end(), "0");
}

TEST(registry, closes_no_idle_session_for_a_flood_of_fresh_ones)
{
    registry_fixture one;
    fill(one, 2);
    one.registry.make_room(opening + 11s - 1ms);
    EXPECT_EQ(one.asked_to_end(), "");
    one.registry.make_room(opening + 11s);
    EXPECT_EQ(one.asked_to_end(), "2");
}

TEST(registry, has_spare_places_when_it_has_many)
{
    metrics_registry metrics;
    session_registry registry({.sessions_max = 32, .sessions_per_address_max = 1}, metrics);
    std::vector<std::shared_ptr<guest_of_paper>> guests;
    for (int i = 0; i < 30; ++i) {
        EXPECT_FALSE(registry.is_nearly_full());
        guests.push_back(std::make_shared<guest_of_paper>());
        registry.enter(guests.back(), from(""), opening);
    }
    EXPECT_TRUE(registry.is_nearly_full());
    registry.make_room(opening + 1s);
    EXPECT_TRUE(guests.front()->is_asked_to_end);
    EXPECT_FALSE(registry.is_nearly_full());
}

TEST(registry, tells_how_many_sessions_are_in_which_state)
{
    registry_fixture one;
    const auto gauge = [&one](const char* state) {
        return one.metrics.gauge_of("scimd_http_connections_state", "", {{"state", state}}).value();
    };
    one.enter("");
    one.enter("");
    one.enter("");
    one.registry.mark(*one.guests[0], activity::active);
    one.registry.mark(*one.guests[1], activity::active);
    one.registry.mark(*one.guests[1], activity::idle);
    EXPECT_EQ(gauge("fresh"), 1);
    EXPECT_EQ(gauge("active"), 1);
    EXPECT_EQ(gauge("idle"), 1);
    for (const auto& guest : one.guests)
        one.registry.leave(*guest);
    EXPECT_EQ(gauge("fresh") + gauge("active") + gauge("idle"), 0);
}

TEST(registry, reaches_those_who_live)
{
    registry_fixture one;
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.enter(""));
    EXPECT_EQ(one.registry.all().size(), 2U);
    one.guests.pop_back();
    EXPECT_EQ(one.registry.all().size(), 1U);
}

TEST(registry, tells_once_when_it_is_empty)
{
    registry_fixture one;
    int told = 0;
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.enter(""));
    one.registry.when_empty([&told] { ++told; });
    one.registry.leave(*one.guests[0]);
    EXPECT_EQ(told, 0);
    one.registry.leave(*one.guests[1]);
    EXPECT_EQ(told, 1);
    EXPECT_TRUE(one.enter(""));
    one.registry.leave(*one.guests[2]);
    EXPECT_EQ(told, 1);
    one.registry.when_empty([&told] { ++told; });
    EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace scimd::net
