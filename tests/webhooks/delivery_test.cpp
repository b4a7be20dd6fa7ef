// Webhook delivery: which events are sent, in which order, with which signatures, and what is logged.
#include "service/webhooks/webhook_signing.hpp"
#include "support/delivery_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace scimd::test {
namespace {

using sequences = std::vector<std::int64_t>;
using std::chrono::seconds;

class delivery_test : public testing::Test {
protected:
    void make_users(int count, std::string_view prefix = "user") {
        for (int i = 0; i < count; ++i)
            fixture.make_user(std::string(prefix) + std::to_string(i));
    }
    // Makes another directory of the organization, and a user in it.
    std::string make_other_directory() { return fixture.make_directory(fixture.organization); }
    void make_user_in(const std::string& directory, std::string_view name) {
        fixture.make_user_in(directory, fixture.make_token(directory), name);
    }
    json::array attempts(const std::string& endpoint, std::string_view query = "") {
        const auto answer = fixture.operate(
                "GET", delivery_fixture::path(endpoint) + "/attempts?page_size=100" + std::string(query));
        return answer.body.at("attempts").as_array();
    }
    std::vector<std::int64_t> sequences_of(const std::string& directory) const {
        std::vector<std::int64_t> found;
        for (const auto& one : fixture.out.arrivals)
            if (one.directory == directory)
                found.push_back(one.sequence);
        return found;
    }

    delivery_fixture fixture;
};

TEST_F(delivery_test, sends_events_after_the_endpoint_was_created_in_order_and_once) {
    make_users(2, "before");
    fixture.deliver();
    fixture.make_endpoint();
    make_users(5);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{3, 4, 5, 6, 7}));
    fixture.deliver_for(seconds(60), seconds(10));
    EXPECT_EQ(fixture.out.arrivals.size(), 5U);
}

TEST_F(delivery_test, sends_the_stored_bytes_with_their_id_and_a_fresh_signature) {
    fixture.make_endpoint(R"(,"headers":{"X-Env":"test"})");
    fixture.make_user("anna");
    fixture.deliver();
    ASSERT_EQ(fixture.out.arrivals.size(), 1U);
    const auto& arrived = fixture.out.arrivals.front();
    const auto log = fixture.operate("GET", "/api/v1/events");
    EXPECT_NE(log.text.find(*arrived.what.body), std::string::npos);
    EXPECT_EQ(json::value(arrived.event), parse_json_object(*arrived.what.body)->at("id"));
    EXPECT_EQ(arrived.header("content-type"), "application/json");
    EXPECT_EQ(arrived.header("X-Env"), "test");
    const auto now = std::chrono::floor<seconds>(fixture.clock.now()).time_since_epoch().count();
    EXPECT_EQ(arrived.header("webhook-timestamp"), std::to_string(now));
    EXPECT_TRUE(arrived.header("webhook-signature").starts_with("v1,"));
}

TEST_F(delivery_test, signs_with_both_secrets_during_an_overlap_and_with_the_new_one_afterwards) {
    const auto created =
            fixture.operate("POST", "/api/v1/webhook-endpoints", R"({"url":"https://app.example/"})");
    const auto path = fixture.path(created.text_of("id"));
    const std::array before{secret(created.text_of("secret"))};
    const std::array after{secret(fixture.operate("POST", path + ":rotate-secret").text_of("secret"))};
    const auto is_for = [&](const std::array<secret, 1>& holder) {
        fixture.make_user("user" + std::to_string(fixture.out.arrivals.size()));
        fixture.deliver();
        const auto& got = fixture.out.arrivals.back();
        const auto signature = service::webhooks::sign(
                holder, {got.event, std::stoll(got.header("webhook-timestamp")), *got.what.body});
        return (' ' + got.header("webhook-signature") + ' ').find(' ' + signature + ' ') != std::string::npos;
    };
    EXPECT_TRUE(is_for(before));
    EXPECT_TRUE(is_for(after));
    fixture.clock.advance(std::chrono::hours(24) - seconds(1));
    EXPECT_TRUE(is_for(before));
    EXPECT_TRUE(is_for(after));
    fixture.clock.advance(seconds(1));
    EXPECT_FALSE(is_for(before));
    EXPECT_TRUE(is_for(after));
    EXPECT_EQ(fixture.sequences(), (sequences{1, 2, 3, 4, 5, 6}));
}

// deliver() throws when the loop spins on a time that has passed.
TEST_F(delivery_test, does_not_spin_while_an_attempt_outlasts_an_overlap) {
    const auto endpoint = fixture.make_endpoint();
    fixture.operate("POST", fixture.path(endpoint) + ":rotate-secret");
    fixture.deliver_for(seconds(2), seconds(1));
    fixture.out.react = [](const arrival&) { return std::nullopt; };
    fixture.make_user("anna");
    fixture.deliver();
    ASSERT_EQ(fixture.out.held.size(), 1U);
    fixture.clock.advance(std::chrono::hours(24));
    EXPECT_NO_THROW(fixture.deliver());
    fixture.out.react = {};
    fixture.out.answer_held({});
    fixture.make_user("berta");
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 2}));
}

TEST_F(delivery_test, signs_with_both_private_keys_during_an_overlap) {
    const auto endpoint = fixture.make_endpoint(R"(,"signature":"v1a")");
    fixture.operate("POST", fixture.path(endpoint) + ":rotate-secret");
    const auto signatures = [&] {
        fixture.make_user("user" + std::to_string(fixture.out.arrivals.size()));
        fixture.deliver();
        const auto text = fixture.out.arrivals.back().header("webhook-signature");
        EXPECT_TRUE(text.starts_with("v1a,"));
        return std::ranges::count(text, ' ') + 1;
    };
    EXPECT_EQ(signatures(), 2);
    fixture.clock.advance(std::chrono::hours(24));
    EXPECT_EQ(signatures(), 1);
}

TEST_F(delivery_test, sends_only_subscribed_events) {
    const auto other = make_other_directory();
    fixture.make_endpoint(
            R"(,"event_types":["organization.directory.group_created"])", "https://groups.example");
    fixture.make_endpoint(R"(,"directory_id":")" + other + '"', "https://other.example");
    fixture.make_user("anna");
    fixture.make_group("staff");
    make_user_in(other, "berta");
    fixture.deliver();
    ASSERT_EQ(fixture.out.arrivals.size(), 3U);  // the other directory's token and user, and the group
    std::map<std::string, arrival> by_url;
    for (const auto& one : fixture.out.arrivals)
        by_url[one.url] = one;
    EXPECT_EQ(by_url.at("https://groups.example").type, "organization.directory.group_created");
    EXPECT_EQ(by_url.at("https://other.example").directory, other);
}

TEST_F(delivery_test, a_failure_holds_back_its_directory_only) {
    const auto other = make_other_directory();
    const auto endpoint = fixture.make_endpoint();
    bool is_failing = true;
    fixture.out.react = [&](const arrival& one) {
        return reaction{
                .status = is_failing && one.sequence == 2 && one.directory == fixture.directory ? 500 : 200};
    };
    make_users(4);
    make_user_in(other, "berta");
    fixture.deliver();
    make_user_in(other, "carla");
    fixture.deliver();
    EXPECT_EQ(sequences_of(fixture.directory), (sequences{1, 2}));
    EXPECT_EQ(sequences_of(other).size(), 4U);  // created, enabled, and two of its own
    const auto body = fixture.shown(endpoint);
    const auto& blocked = body.at("stats").at("blocked").as_array();
    ASSERT_EQ(blocked.size(), 1U);
    EXPECT_EQ(blocked[0].at("directory_id"), json::value(fixture.directory));
    EXPECT_EQ(blocked[0].at("attempts"), 1);
    EXPECT_EQ(blocked[0].at("last_error"), json::value("status 500"));

    fixture.deliver_for(seconds(7), seconds(1));  // 5 s and a fifth of it
    EXPECT_EQ(sequences_of(fixture.directory), (sequences{1, 2, 2}));
    is_failing = false;
    fixture.deliver_for(seconds(400), seconds(50));  // 5 min and a fifth of it
    EXPECT_EQ(sequences_of(fixture.directory), (sequences{1, 2, 2, 2, 3, 4}));
    EXPECT_TRUE(fixture.shown(endpoint).at("stats").at("blocked").as_array().empty());
}

TEST_F(delivery_test, a_directory_returns_to_the_window_once_it_has_caught_up) {
    fixture.make_endpoint(R"(,"retry_schedule_seconds":[1,1,1,1,1])");
    int failures = 3;
    fixture.out.react = [&](const arrival&) { return reaction{.status = failures-- > 0 ? 500 : 200}; };
    make_users(3);
    fixture.deliver();
    for (int i = 0; i < 6; ++i) {
        make_users(1, "more" + std::to_string(i));
        fixture.deliver_for(seconds(2), seconds(1));
    }
    auto seen = fixture.sequences();
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    EXPECT_EQ(seen, (sequences{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(delivery_test, concurrent_mode_retries_single_events) {
    const auto endpoint = fixture.make_endpoint(R"(,"mode":"concurrent")");
    std::set<std::int64_t> failing{2, 3};
    fixture.out.react = [&](const arrival& one) {
        return reaction{.status = failing.contains(one.sequence) ? 503 : 200};
    };
    make_users(5);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 2, 3, 4, 5}));
    EXPECT_EQ(fixture.shown(endpoint).at("stats").at("waiting"), 2);
    failing.clear();
    fixture.deliver_for(seconds(7), seconds(1));
    auto again = fixture.sequences();
    again.erase(again.begin(), again.begin() + 5);
    std::ranges::sort(again);
    EXPECT_EQ(again, (sequences{2, 3}));
    EXPECT_EQ(fixture.shown(endpoint).at("stats").at("waiting"), 0);
}

TEST_F(delivery_test, a_healthy_endpoint_has_eight_requests_in_flight_and_any_other_one) {
    fixture.make_endpoint(R"(,"mode":"concurrent")");
    fixture.out.react = [](const arrival&) { return std::nullopt; };
    make_users(20);
    fixture.deliver();
    EXPECT_EQ(fixture.out.held.size(), 1U);
    fixture.out.answer_held({});
    fixture.deliver();
    EXPECT_EQ(fixture.out.held.size(), 8U);
    fixture.out.answer_held({.status = 500});
    fixture.deliver();
    EXPECT_EQ(fixture.out.held.size(), 1U);
}

TEST_F(delivery_test, ordered_mode_has_one_event_of_a_directory_in_flight) {
    fixture.make_endpoint();
    fixture.out.react = [](const arrival&) { return std::nullopt; };
    make_users(5);
    make_user_in(make_other_directory(), "berta");
    for (int i = 0; i < 6; ++i) {
        fixture.deliver();
        std::set<std::string> directories;
        const auto under_way = fixture.out.held.size();
        for (std::size_t k = fixture.out.arrivals.size() - under_way; k < fixture.out.arrivals.size(); ++k)
            EXPECT_TRUE(directories.insert(fixture.out.arrivals[k].directory).second);
        fixture.out.answer_held({});
    }
    fixture.deliver();
    EXPECT_EQ(sequences_of(fixture.directory), (sequences{1, 2, 3, 4, 5}));
    EXPECT_EQ(fixture.out.held_most, 2U);
}

TEST_F(delivery_test, a_silent_endpoint_does_not_delay_another) {
    fixture.make_endpoint("", "https://silent.example");
    fixture.make_endpoint("", "https://good.example");
    fixture.out.react = [](const arrival& one) {
        return one.url == "https://silent.example" ? std::nullopt : std::optional(reaction());
    };
    make_users(10);
    fixture.deliver();
    EXPECT_EQ(std::ranges::count(fixture.out.arrivals, "https://good.example", &arrival::url), 10);
    EXPECT_EQ(std::ranges::count(fixture.out.arrivals, "https://silent.example", &arrival::url), 1);
}

TEST_F(delivery_test, keeps_room_for_healthy_endpoints_when_many_others_hang) {
    webhooks::delivery_options few = fixture.options;
    few.attempts_max = 8;
    few.unhealthy_attempts_max = 4;
    fixture.options = few;
    fixture.make_endpoint("", "https://good.example");
    fixture.out.react = [](const arrival& one) {
        return one.url == "https://good.example" ? std::optional(reaction()) : std::nullopt;
    };
    fixture.restart();
    make_users(1);
    fixture.deliver();
    for (int i = 0; i < 20; ++i)
        fixture.make_endpoint("", "https://hanging.example/" + std::to_string(i));
    make_users(3, "later");
    fixture.deliver();
    EXPECT_EQ(std::ranges::count(fixture.out.arrivals, "https://good.example", &arrival::url), 4);
    EXPECT_EQ(fixture.out.held.size(), 2U) << "they leave as much to others as they have";
}

TEST_F(delivery_test, logs_every_attempt) {
    const auto endpoint = fixture.make_endpoint(R"(,"retry_schedule_seconds":[0,1])");
    int number = 0;
    fixture.out.react = [&](const arrival&) -> std::optional<reaction> {
        if (++number == 1)
            return reaction{.status = 503, .body = "come \x01\xff later\n" + std::string(2'000, 'x')};
        return reaction{.is_timeout = true, .error = "no answer in time"};
    };
    fixture.make_user("anna");
    fixture.deliver();
    fixture.deliver_for(seconds(3), seconds(1));
    const auto listed = attempts(endpoint);
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[1].at("status"), 503);
    EXPECT_EQ(listed[1].at("attempt"), 1);
    EXPECT_EQ(listed[1].at("milliseconds"), 7);
    EXPECT_TRUE(listed[1].at("response").as_string().starts_with("come  ? later x"));
    EXPECT_EQ(listed[1].at("response").as_string().size(), 1'024U);
    EXPECT_FALSE(listed[0].as_object().contains("status"));
    EXPECT_EQ(listed[0].at("attempt"), 2);
    EXPECT_EQ(listed[0].at("error"), json::value("no answer in time"));
    EXPECT_EQ(attempts(endpoint, "&event_id=" + fixture.out.arrivals[0].event).size(), 2U);
    EXPECT_EQ(attempts(endpoint, "&event_id=evt_1").size(), 0U);
}

TEST_F(delivery_test, follows_changes_of_an_endpoint) {
    const auto endpoint = fixture.make_endpoint();
    fixture.make_user("anna");
    fixture.deliver();
    fixture.operate("PATCH", fixture.path(endpoint), R"({"url":"https://new.example/"})");
    fixture.make_user("berta");
    fixture.deliver();
    EXPECT_EQ(fixture.out.arrivals.back().url, "https://new.example/");
    fixture.operate("POST", fixture.path(endpoint) + ":disable");
    fixture.make_user("carla");
    fixture.deliver();
    EXPECT_EQ(fixture.out.arrivals.size(), 2U);
    fixture.operate("POST", fixture.path(endpoint) + ":enable");
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 2, 3}));
    fixture.operate("DELETE", fixture.path(endpoint));
    fixture.make_user("dora");
    fixture.deliver();
    EXPECT_EQ(fixture.out.arrivals.size(), 3U);
}

TEST_F(delivery_test, sends_test_events_to_a_disabled_endpoint) {
    const auto endpoint = fixture.make_endpoint();
    fixture.operate("POST", fixture.path(endpoint) + ":disable");
    fixture.make_user("anna");
    const auto asked = fixture.operate("POST", fixture.path(endpoint) + ":test");
    fixture.out.react = [](const arrival&) { return reaction{.status = 500}; };
    fixture.deliver();
    ASSERT_EQ(fixture.out.arrivals.size(), 1U);
    EXPECT_EQ(fixture.out.arrivals[0].type, "webhook_endpoint.test");
    EXPECT_EQ(fixture.out.arrivals[0].event, asked.text_of("event_id"));
    EXPECT_EQ(attempts(endpoint, "&event_id=" + asked.text_of("event_id")).at(0).at("status"), 500);
    fixture.deliver_for(seconds(600), seconds(60));
    EXPECT_EQ(fixture.out.arrivals.size(), 1U);
    EXPECT_EQ(fixture.shown(endpoint).at("stats").at("dead_letters"), 0);
}

TEST_F(delivery_test, sends_nothing_to_a_url_that_the_policy_forbids) {
    fixture.server.webhook_rules.addresses.allows_private = true;
    const auto endpoint = fixture.make_endpoint("", "http://127.0.0.1:3000/");
    fixture.server.webhook_rules.addresses.allows_private = false;
    fixture.make_user("anna");
    fixture.deliver();
    EXPECT_TRUE(fixture.out.arrivals.empty());
    const auto listed = attempts(endpoint);
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].at("error"), json::value("url must begin with https://."));
}

}  // namespace
}  // namespace scimd::test
