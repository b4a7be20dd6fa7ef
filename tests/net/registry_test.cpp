#include "net/registry.hpp"

#include "net/session.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace scimd::net {
namespace {

class guest_of_paper final : public session {
public:
    asio::any_io_executor executor() override { return {}; }
    asio::awaitable<void> run() override { co_return; }
    void drain() override {}
    void abort() override {}
};

http::peer from(std::string address)
{
    http::peer made;
    made.is_loopback = address.empty();
    made.address = std::move(address);
    return made;
}

struct house {
    gauge open;
    session_registry registry{{.sessions_max = 4, .sessions_per_address_max = 2}, open};
    std::vector<std::shared_ptr<session>> guests;

    bool enter(const std::string& address)
    {
        guests.push_back(std::make_shared<guest_of_paper>());
        return registry.enter(guests.back(), from(address));
    }
};

TEST(registry, gives_each_address_its_share)
{
    house one;
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.2"));
    EXPECT_EQ(one.open.value(), 3);

    one.registry.leave(*one.guests[0], from("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
}

TEST(registry, forgets_nothing_when_a_refused_one_leaves)
{
    house one;
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_TRUE(one.enter("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
    one.registry.leave(*one.guests[2], from("192.0.2.1"));
    EXPECT_FALSE(one.enter("192.0.2.1"));
    EXPECT_EQ(one.open.value(), 2);
}

TEST(registry, gives_loopback_every_place)
{
    house one;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(one.enter(""));
    EXPECT_FALSE(one.registry.is_full());
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.registry.is_full());
    one.registry.leave(*one.guests[1], from(""));
    EXPECT_FALSE(one.registry.is_full());
}

TEST(registry, reaches_those_who_live)
{
    house one;
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.enter(""));
    EXPECT_EQ(one.registry.all().size(), 2U);
    one.guests.pop_back();
    EXPECT_EQ(one.registry.all().size(), 1U);
}

TEST(registry, tells_once_when_it_is_empty)
{
    house one;
    int told = 0;
    EXPECT_TRUE(one.enter(""));
    EXPECT_TRUE(one.enter(""));
    one.registry.when_empty([&told] { ++told; });
    one.registry.leave(*one.guests[0], from(""));
    EXPECT_EQ(told, 0);
    one.registry.leave(*one.guests[1], from(""));
    EXPECT_EQ(told, 1);
    EXPECT_TRUE(one.enter(""));
    one.registry.leave(*one.guests[2], from(""));
    EXPECT_EQ(told, 1);
    one.registry.when_empty([&told] { ++told; });
    EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace scimd::net
