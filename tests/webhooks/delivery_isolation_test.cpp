// Endpoints that hang, a thousand of them, and what everybody else gets meanwhile.
#include "support/delivery_house.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace scimd::test {
namespace {

using std::chrono::seconds;

constexpr std::string_view good_url = "https://good.example/";
constexpr std::size_t shared_flights_max = 256;  // of endpoints that have not answered well yet
constexpr std::size_t flights_max = 512;

class delivery_beside_hanging : public testing::Test {
protected:
    delivery_beside_hanging()
    {
        other = home.make_organization("Other");
        directory = home.make_directory(other, "off");
        token = home.make_token(directory);
        home.out.react = [this](const arrival& one) -> std::optional<reaction> {
            if (one.url != good_url && is_hanging)
                return std::nullopt;
            const bool is_first = seen.insert(one.event).second;
            return reaction{.status = fails_at_first && is_first ? 500 : 200};
        };
    }

    [[nodiscard]] static std::string of(const std::string& organization)
    {
        return R"(,"organization_id":")" + organization + '"';
    }
    void make_hanging(const std::string& organization, int count, std::string_view more = "")
    {
        for (int i = 0; i < count; ++i)
            home.make_endpoint(of(organization) + std::string(more), "https://hanging.example/");
        open_all(count);
    }
    // A hundred endpoints are claimed at a time, and one looks for more once a second.
    void open_all(int count) { home.deliver_for(seconds(2 + count / 100), seconds(1)); }

    // In the other organization's directory; the webhook-id of its event.
    void make_user(std::string_view name)
    {
        home.make_user_in(directory, token, name);
        home.deliver();
    }
    [[nodiscard]] std::ptrdiff_t arrived() const
    {
        return std::ranges::count(home.out.arrivals, good_url, &arrival::url);
    }

    delivery_house home;
    std::string other;
    std::string directory;
    std::string token;
    bool is_hanging = true;
    bool fails_at_first = false;  // what is sent to the good one
    std::set<std::string> seen;   // events
};

TEST_F(delivery_beside_hanging, gets_every_event_while_a_thousand_endpoints_of_another_organization_hang)
{
    make_hanging(home.organization, 1'000);
    home.make_user("anna");
    home.deliver();
    EXPECT_EQ(home.out.held.size(), shared_flights_max / 2) << "half is for those who come";
    home.make_endpoint(of(other), good_url);
    open_all(1);
    for (int i = 0; i < 20; ++i) {
        make_user("user" + std::to_string(i));
        EXPECT_EQ(arrived(), i + 1);
    }
    EXPECT_EQ(home.out.held.size(), shared_flights_max / 2) << "all of them hang still";
}

TEST_F(delivery_beside_hanging, is_tried_again_in_time_after_a_failure)
{
    make_hanging(home.organization, 300);
    home.make_user("anna");
    home.deliver();
    home.make_endpoint(of(other) + R"(,"retry_schedule_seconds":[2,2])", good_url);
    open_all(1);
    fails_at_first = true;
    for (int i = 1; i <= 3; ++i) {
        make_user("user" + std::to_string(i));
        EXPECT_EQ(arrived(), 2 * i - 1);
        home.deliver_for(seconds(3), seconds(1));
        EXPECT_EQ(arrived(), 2 * i);
    }
    EXPECT_EQ(home.out.held.size(), shared_flights_max / 2);
}

TEST_F(delivery_beside_hanging, has_room_beside_those_that_have_answered_well_before)
{
    is_hanging = false;
    make_hanging(home.organization, 100, R"(,"mode":"concurrent")");
    home.make_user("anna");
    home.deliver();
    is_hanging = true;
    for (int i = 0; i < 10; ++i)
        home.make_user("later" + std::to_string(i));
    home.deliver();
    EXPECT_EQ(home.out.held.size(), flights_max / 2) << "eight each would be more than there are";
    home.make_endpoint(of(other), good_url);
    open_all(1);
    make_user("berta");
    EXPECT_EQ(arrived(), 1);
}

TEST_F(delivery_beside_hanging, shares_what_there_is_among_organizations)
{
    const auto third = home.make_organization("Third");
    make_hanging(home.organization, 200);
    make_hanging(third, 200);
    home.make_endpoint(R"(,"directory_id":")" + directory + '"', good_url);
    open_all(1);
    home.make_user("anna");
    home.make_directory(third, "off");
    home.deliver();
    const auto first = home.out.held.size();
    EXPECT_GT(first, shared_flights_max / 2);
    EXPECT_LT(first, shared_flights_max);
    make_user("berta");
    EXPECT_EQ(arrived(), 1);
    home.out.answer_held({.status = 500});
    home.deliver();
    EXPECT_GT(home.out.held.size(), 0U) << "what waited has its turn";
}

// All of one organization, which has half of what there is: that is less than eight for each.
TEST_F(delivery_beside_hanging, gives_each_endpoint_of_an_organization_its_share)
{
    constexpr int endpoints = 40;
    constexpr int rounds = 3;
    is_hanging = false;
    for (int i = 0; i < endpoints; ++i)
        home.make_endpoint(
            of(home.organization) + R"(,"mode":"concurrent")", "https://hanging.example/" + std::to_string(i)
        );
    open_all(endpoints);
    home.make_user("anna");
    home.deliver();
    is_hanging = true;
    for (int i = 0; i < 20; ++i)
        home.make_user("later" + std::to_string(i));
    home.deliver();
    ASSERT_EQ(home.out.held.size(), flights_max / 2);
    home.out.arrivals.clear();
    for (int i = 0; i < endpoints * rounds; ++i) {
        home.out.answer_oldest({});
        home.deliver();
    }
    std::map<std::string, int> served;
    for (const auto& one : home.out.arrivals)
        ++served[one.url];
    EXPECT_EQ(served.size(), std::size_t(endpoints));
    for (const auto& [url, count] : served)
        EXPECT_NEAR(count, rounds, 1) << url;
}

// Eight of them are under way at a time, when they are small.
TEST_F(delivery_beside_hanging, does_not_hold_more_than_a_mebibyte_of_events_that_wait_for_an_endpoint)
{
    std::string photos;  // a fourth of that, with the first of them twice in an event
    for (const char letter : {'a', 'b', 'c'})
        photos +=
            (photos.empty() ? "" : ",") + std::string(R"({"value":")") + std::string(60'000, letter) + "\"}";
    const auto quarter = R"(,"photos":[)" + photos + ']';
    for (const auto& [name, more, under_way] :
         {std::tuple("small", std::string(), 8U), std::tuple("large", quarter, 5U)}) {
        is_hanging = false;
        const auto endpoint = home.make_endpoint(R"(,"mode":"concurrent")", "https://hanging.example/");
        home.make_user(name + std::string("_first"));
        home.deliver();
        is_hanging = true;
        for (int i = 0; i < 10; ++i)
            home.make_user(name + std::to_string(i), more);
        home.deliver();
        EXPECT_EQ(home.out.held.size(), under_way) << name;
        is_hanging = false;
        home.out.answer_held({});
        home.deliver();
        EXPECT_EQ(std::ranges::count(home.out.arrivals, "https://hanging.example/", &arrival::url), 11);
        home.out.arrivals.clear();
        home.operate("DELETE", home.path(endpoint));
        home.deliver();
    }
}

}  // namespace
}  // namespace scimd::test
