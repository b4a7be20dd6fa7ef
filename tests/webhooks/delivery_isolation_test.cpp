// Isolation: a thousand endpoints that hang must not delay deliveries to others.
#include "support/delivery_fixture.hpp"

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
constexpr std::size_t unhealthy_attempts_max = 256;  // to endpoints without a successful attempt
constexpr std::size_t flights_max = 512;

class delivery_isolation_test : public testing::Test {
protected:
    delivery_isolation_test() {
        other = fixture.make_organization("Other");
        directory = fixture.make_directory(other, "off");
        token = fixture.make_token(directory);
        fixture.out.react = [this](const arrival& one) -> std::optional<reaction> {
            if (one.url != good_url && is_hanging)
                return std::nullopt;
            const bool is_first = seen.insert(one.event).second;
            return reaction{.status = fails_at_first && is_first ? 500 : 200};
        };
    }

    [[nodiscard]] static std::string of(const std::string& organization) {
        return R"(,"organization_id":")" + organization + '"';
    }
    void make_hanging(const std::string& organization, int count, std::string_view more = "") {
        for (int i = 0; i < count; ++i)
            fixture.make_endpoint(of(organization) + std::string(more), "https://hanging.example/");
        open_all(count);
    }
    // A hundred endpoints are claimed at a time, once a second.
    void open_all(int count) { fixture.deliver_for(seconds(2 + count / 100), seconds(1)); }

    // Makes a user in the directory of the other organization; returns the webhook-id of its event.
    void make_user(std::string_view name) {
        fixture.make_user_in(directory, token, name);
        fixture.deliver();
    }
    [[nodiscard]] std::ptrdiff_t arrived() const {
        return std::ranges::count(fixture.out.arrivals, good_url, &arrival::url);
    }

    delivery_fixture fixture;
    std::string other;
    std::string directory;
    std::string token;
    bool is_hanging = true;
    bool fails_at_first = false;  // requests to the healthy endpoint
    std::set<std::string> seen;   // events
};

TEST_F(delivery_isolation_test, delivers_while_a_thousand_endpoints_of_another_organization_hang) {
    make_hanging(fixture.organization, 1'000);
    fixture.make_user("anna");
    fixture.deliver();
    EXPECT_EQ(fixture.out.held.size(), unhealthy_attempts_max / 2) << "half is for those who come";
    fixture.make_endpoint(of(other), good_url);
    open_all(1);
    for (int i = 0; i < 20; ++i) {
        make_user("user" + std::to_string(i));
        EXPECT_EQ(arrived(), i + 1);
    }
    EXPECT_EQ(fixture.out.held.size(), unhealthy_attempts_max / 2) << "all of them hang still";
}

TEST_F(delivery_isolation_test, retries_in_time_while_other_endpoints_hang) {
    make_hanging(fixture.organization, 300);
    fixture.make_user("anna");
    fixture.deliver();
    fixture.make_endpoint(of(other) + R"(,"retry_schedule_seconds":[2,2])", good_url);
    open_all(1);
    fails_at_first = true;
    for (int i = 1; i <= 3; ++i) {
        make_user("user" + std::to_string(i));
        EXPECT_EQ(arrived(), 2 * i - 1);
        fixture.deliver_for(seconds(3), seconds(1));
        EXPECT_EQ(arrived(), 2 * i);
    }
    EXPECT_EQ(fixture.out.held.size(), unhealthy_attempts_max / 2);
}

TEST_F(delivery_isolation_test, healthy_endpoints_that_begin_to_hang_leave_room) {
    is_hanging = false;
    make_hanging(fixture.organization, 100, R"(,"mode":"concurrent")");
    fixture.make_user("anna");
    fixture.deliver();
    is_hanging = true;
    for (int i = 0; i < 10; ++i)
        fixture.make_user("later" + std::to_string(i));
    fixture.deliver();
    EXPECT_EQ(fixture.out.held.size(), flights_max / 2) << "eight each would be more than there are";
    fixture.make_endpoint(of(other), good_url);
    open_all(1);
    make_user("berta");
    EXPECT_EQ(arrived(), 1);
}

TEST_F(delivery_isolation_test, divides_attempts_between_organizations) {
    const auto third = fixture.make_organization("Third");
    make_hanging(fixture.organization, 200);
    make_hanging(third, 200);
    fixture.make_endpoint(R"(,"directory_id":")" + directory + '"', good_url);
    open_all(1);
    fixture.make_user("anna");
    fixture.make_directory(third, "off");
    fixture.deliver();
    const auto first = fixture.out.held.size();
    EXPECT_GT(first, unhealthy_attempts_max / 2);
    EXPECT_LT(first, unhealthy_attempts_max);
    make_user("berta");
    EXPECT_EQ(arrived(), 1);
    fixture.out.answer_held({.status = 500});
    fixture.deliver();
    EXPECT_GT(fixture.out.held.size(), 0U) << "waiting endpoints are served";
}

// All endpoints are of one organization, whose half of the attempts is less than eight for each.
TEST_F(delivery_isolation_test, divides_the_attempts_of_an_organization_between_its_endpoints) {
    constexpr int endpoints = 40;
    constexpr int rounds = 3;
    is_hanging = false;
    for (int i = 0; i < endpoints; ++i)
        fixture.make_endpoint(of(fixture.organization) + R"(,"mode":"concurrent")",
                "https://hanging.example/" + std::to_string(i));
    open_all(endpoints);
    fixture.make_user("anna");
    fixture.deliver();
    is_hanging = true;
    for (int i = 0; i < 20; ++i)
        fixture.make_user("later" + std::to_string(i));
    fixture.deliver();
    ASSERT_EQ(fixture.out.held.size(), flights_max / 2);
    fixture.out.arrivals.clear();
    for (int i = 0; i < endpoints * rounds; ++i) {
        fixture.out.answer_oldest({});
        fixture.deliver();
    }
    std::map<std::string, int> served;
    for (const auto& one : fixture.out.arrivals)
        ++served[one.url];
    EXPECT_EQ(served.size(), std::size_t(endpoints));
    for (const auto& [url, count] : served)
        EXPECT_NEAR(count, rounds, 1) << url;
}

// Of small events, eight would be in flight at a time.
TEST_F(delivery_isolation_test, holds_at_most_a_mebibyte_of_events_for_an_endpoint) {
    std::string photos;  // a quarter of the limit; an event has the first one twice
    for (const char letter : {'a', 'b', 'c'})
        photos += (photos.empty() ? "" : ",") + std::string(R"({"value":")") + std::string(60'000, letter) +
                  "\"}";
    const auto quarter = R"(,"photos":[)" + photos + ']';
    for (const auto& [name, more, under_way] :
            {std::tuple("small", std::string(), 8U), std::tuple("large", quarter, 5U)}) {
        is_hanging = false;
        const auto endpoint = fixture.make_endpoint(R"(,"mode":"concurrent")", "https://hanging.example/");
        fixture.make_user(name + std::string("_first"));
        fixture.deliver();
        is_hanging = true;
        for (int i = 0; i < 10; ++i)
            fixture.make_user(name + std::to_string(i), more);
        fixture.deliver();
        EXPECT_EQ(fixture.out.held.size(), under_way) << name;
        is_hanging = false;
        fixture.out.answer_held({});
        fixture.deliver();
        EXPECT_EQ(std::ranges::count(fixture.out.arrivals, "https://hanging.example/", &arrival::url), 11);
        fixture.out.arrivals.clear();
        fixture.operate("DELETE", fixture.path(endpoint));
        fixture.deliver();
    }
}

}  // namespace
}  // namespace scimd::test
