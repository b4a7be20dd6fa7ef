// Webhook deliveries that fail: dead letters, retries, replays, disabled endpoints, killed processes and
// leases.
#include "store/webhooks.hpp"
#include "support/delivery_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace scimd::test {
namespace {

using sequences = std::vector<std::int64_t>;
using std::chrono::hours;
using std::chrono::seconds;

class delivery_failure_test : public testing::Test {
protected:
    void make_users(int count, std::string_view prefix = "user") {
        for (int i = 0; i < count; ++i)
            fixture.make_user(std::string(prefix) + std::to_string(i));
    }
    void answer(int status) {
        fixture.out.react = [status](const arrival&) { return reaction{.status = status}; };
    }
    [[nodiscard]] std::string of_organization() const {
        return R"(,"organization_id":")" + fixture.organization + '"';
    }
    json::array dead_letters(const std::string& endpoint) {
        return fixture.operate("GET", fixture.path(endpoint) + "/dead-letters")
                .body.at("dead_letters")
                .as_array();
    }
    std::vector<std::string> dead_events(const std::string& endpoint) {
        std::vector<std::string> events;
        for (const auto& one : dead_letters(endpoint))
            events.emplace_back(one.at("event_id").as_string());
        return events;
    }
    std::vector<json::object> notices() {
        std::vector<json::object> found;
        for (auto& event : fixture.events())
            if (find_string(event, "type")->starts_with("webhook_endpoint."))
                found.push_back(event);
        return found;
    }

    delivery_fixture fixture;
};

TEST_F(delivery_failure_test, moves_an_event_to_the_dead_letters_after_its_last_attempt) {
    const auto endpoint = fixture.make_endpoint(of_organization() + R"(,"retry_schedule_seconds":[0,1,1])");
    fixture.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 1 ? 500 : 200}; };
    make_users(3);
    fixture.deliver();
    fixture.deliver_for(seconds(5), seconds(1));
    EXPECT_EQ(fixture.sequences(), (sequences{1, 1, 1, 2, 3}));
    const auto dead = dead_letters(endpoint);
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].at("event_id"), json::value(fixture.out.arrivals[0].event));
    EXPECT_EQ(dead[0].at("attempts"), 3);
    EXPECT_EQ(dead[0].at("last_error"), json::value("status 500"));
    EXPECT_EQ(dead[0].at("event_type"), json::value("organization.directory.user_created"));
    const auto one =
            fixture.operate("GET", fixture.path(endpoint) + "/dead-letters/" + fixture.out.arrivals[0].event);
    EXPECT_EQ(one.body.at("log").as_array().size(), 3U);
    EXPECT_EQ(one.body.at("event").at("id"), json::value(fixture.out.arrivals[0].event));
    ASSERT_EQ(notices().size(), 1U);
    EXPECT_EQ(notices()[0].at("type"), json::value("webhook_endpoint.delivery_exhausted"));
    EXPECT_EQ(notices()[0].at("data").at("event_id"), json::value(fixture.out.arrivals[0].event));
}

TEST_F(delivery_failure_test, retries_and_discards_single_dead_letters) {
    const auto endpoint = fixture.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0])");
    answer(500);
    make_users(3);
    fixture.deliver();
    ASSERT_EQ(dead_letters(endpoint).size(), 3U);
    const auto letters = fixture.path(endpoint) + "/dead-letters/";
    const auto first = fixture.out.arrivals[0].event;
    answer(200);
    EXPECT_EQ(fixture.operate("POST", letters + first + ":retry").status, 200);
    fixture.deliver();
    EXPECT_EQ(fixture.out.arrivals.back().event, first);
    EXPECT_EQ(dead_letters(endpoint).size(), 2U);
    EXPECT_EQ(fixture.operate("POST", letters + first + ":retry").status, 404);

    const auto second = fixture.out.arrivals[1].event;
    EXPECT_EQ(fixture.operate("DELETE", letters + second).status, 200);
    EXPECT_EQ(fixture.operate("DELETE", letters + second).status, 404);
    EXPECT_EQ(fixture.operate("GET", letters + second).status, 404);
    EXPECT_EQ(dead_letters(endpoint).size(), 1U);
    EXPECT_EQ(fixture.operate("GET", letters + "nonsense").status, 404);
}

TEST_F(delivery_failure_test, retries_all_failed_events_since_a_time) {
    const auto endpoint = fixture.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0])");
    answer(500);
    make_users(2);
    fixture.deliver();
    fixture.clock.advance(hours(1));
    make_users(2, "later");
    fixture.deliver();
    answer(200);
    fixture.out.arrivals.clear();
    const auto asked = fixture.operate(
            "POST", fixture.path(endpoint) + ":retry-failed", R"({"since":"2026-01-02T03:30:00Z"})");
    EXPECT_EQ(asked.body.at("count"), 2);
    EXPECT_FALSE(asked.body.at("has_more").as_bool());
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{3, 4}));
    EXPECT_EQ(dead_letters(endpoint).size(), 2U);
    EXPECT_EQ(fixture.operate("POST", fixture.path(endpoint) + ":retry-failed").body.at("count"), 2);
    fixture.deliver();
    EXPECT_TRUE(dead_letters(endpoint).empty());
    EXPECT_EQ(fixture.operate("POST", fixture.path(endpoint) + ":retry-failed", R"({"since":"yesterday"})")
                      .status,
            400);
}

TEST_F(delivery_failure_test, retries_failed_events_of_an_inclusive_range) {
    const auto endpoint = fixture.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0])");
    answer(500);
    make_users(5);
    fixture.deliver();
    answer(200);
    fixture.out.arrivals.clear();
    const auto letters = dead_events(endpoint);
    ASSERT_EQ(letters.size(), 5U);
    const auto retry = [&](const std::string& range) {
        return fixture.operate("POST", fixture.path(endpoint) + ":retry-failed", "{" + range + "}");
    };
    const auto from = R"("since_event_id":")" + letters.at(1) + "\"";
    const auto to = R"("until_event_id":")" + letters.at(3) + "\"";
    EXPECT_EQ(retry(from + "," + to).body.at("count"), 3);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{2, 3, 4}));
    EXPECT_EQ(retry(R"("until":"2026-01-01T00:00:00Z")").body.at("count"), 0);
    EXPECT_EQ(retry(to).body.at("count"), 1);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{2, 3, 4, 1}));
    EXPECT_EQ(dead_events(endpoint), (std::vector<std::string>{letters.at(4)}));
    EXPECT_EQ(retry(R"("until":"2026-01-02T03:04:04.999Z")").body.at("count"), 0);
    EXPECT_EQ(retry(R"("until":"2026-01-02T03:04:05Z")").body.at("count"), 1)
            << "with all of that millisecond";
    EXPECT_EQ(retry(to + R"(,"until":"2026-01-01T00:00:00Z")").body.at("count"), 0) << "the narrower of both";
    EXPECT_EQ(retry(R"("until":"tomorrow")").status, 400);
    EXPECT_EQ(retry(R"("until_event_id":"whe_1")").status, 400);
}

TEST_F(delivery_failure_test, retries_only_directory_queues_with_a_head_in_the_range) {
    const auto endpoint = fixture.make_endpoint();
    answer(500);
    make_users(2);
    fixture.deliver();
    answer(200);
    const auto head = fixture.out.arrivals.at(0).event;
    const auto retry = [&](const std::string& range) {
        return fixture.operate("POST", fixture.path(endpoint) + ":retry-failed", range).body.at("count");
    };
    EXPECT_EQ(retry(R"({"until":"2026-01-01T00:00:00Z"})"), 0);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1}));
    EXPECT_EQ(retry(R"({"until_event_id":")" + head + "\"}"), 1);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 1, 2}));
}

TEST_F(delivery_failure_test, retries_on_request_before_the_schedule) {
    const auto endpoint = fixture.make_endpoint();
    answer(500);
    make_users(2);
    fixture.deliver();
    answer(200);
    fixture.operate("POST", fixture.path(endpoint) + ":retry-failed");
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 1, 2}));
}

TEST_F(delivery_failure_test, replays_events_with_their_ids_and_bytes) {
    const auto endpoint = fixture.make_endpoint();
    make_users(6);
    fixture.deliver();
    const auto first = fixture.out.arrivals;
    fixture.out.arrivals.clear();
    const auto range =
            R"({"from_event_id":")" + first[1].event + R"(","to_event_id":")" + first[4].event + "\"}";
    EXPECT_EQ(fixture.operate("POST", fixture.path(endpoint) + ":replay", range).body.at("count"), 4);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{2, 3, 4, 5}));
    EXPECT_EQ(fixture.out.arrivals[0].event, first[1].event);
    EXPECT_EQ(*fixture.out.arrivals[0].what.body, *first[1].what.body);
    const auto single = R"({"event_id":")" + first[5].event + "\"}";
    EXPECT_EQ(fixture.operate("POST", fixture.path(endpoint) + ":replay", single).body.at("count"), 1);
    fixture.deliver();
    EXPECT_EQ(fixture.out.arrivals.back().sequence, 6);
    // Of a time and an event, the narrower bound counts.
    const auto both = R"({"from":"2026-01-01T00:00:00Z","from_event_id":")" + first[4].event + "\"}";
    EXPECT_EQ(fixture.operate("POST", fixture.path(endpoint) + ":replay", both).body.at("count"), 2);
    for (const auto* bad : {"{}", R"({"from":"x"})", R"({"event_id":"x"})"})
        EXPECT_EQ(fixture.operate("POST", fixture.path(endpoint) + ":replay", bad).status, 400) << bad;
    EXPECT_EQ(fixture.operate("POST", fixture.path(endpoint) + ":replay", R"({"event_id":"evt_1"})").status,
            404);
}

// A replay during an attempt leads to another attempt, whatever the result of the first one is.
TEST_F(delivery_failure_test, replays_an_event_that_is_being_retried_once) {
    const auto endpoint = fixture.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0])");
    std::size_t published = 0;
    for (const int status : {200, 500}) {
        answer(500);
        make_users(1, "user" + std::to_string(status));
        fixture.deliver();
        const auto event = fixture.out.arrivals.back().event;
        fixture.out.react = [](const arrival&) { return std::nullopt; };
        fixture.operate("POST", fixture.path(endpoint) + ":retry-failed");
        fixture.deliver();
        ASSERT_EQ(fixture.out.held.size(), 1U);
        fixture.clock.advance(seconds(1));
        const auto asked = fixture.operate(
                "POST", fixture.path(endpoint) + ":replay", R"({"event_id":")" + event + "\"}");
        EXPECT_EQ(asked.body.at("count"), 1);
        answer(200);
        fixture.out.answer_held({.status = status});
        fixture.deliver_for(seconds(2), seconds(1));
        EXPECT_EQ(std::ranges::count(fixture.out.arrivals, event, &arrival::event), 3) << status;
        EXPECT_TRUE(dead_letters(endpoint).empty()) << status;
        EXPECT_EQ(fixture.shown(endpoint).at("stats").at("waiting"), 0) << status;
        EXPECT_EQ(notices().size(), ++published) << "the first time it was given up, and not again";
    }
}

TEST_F(delivery_failure_test, does_not_replay_events_that_are_not_delivered_yet) {
    const auto endpoint = fixture.make_endpoint();
    fixture.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 2 ? 500 : 200}; };
    make_users(4);
    fixture.deliver();
    const auto asked =
            fixture.operate("POST", fixture.path(endpoint) + ":replay", R"({"from":"2026-01-01T00:00:00Z"})");
    EXPECT_GE(asked.body.at("count").as_int64(), 1);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences().back(), 1);
    EXPECT_EQ(std::ranges::count(fixture.sequences(), 2), 1);
}

TEST_F(delivery_failure_test, disables_an_endpoint_that_answers_410_and_keeps_its_position) {
    const auto endpoint = fixture.make_endpoint(of_organization());
    fixture.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 2 ? 410 : 200}; };
    make_users(4);
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 2}));
    EXPECT_EQ(fixture.shown(endpoint).at("disabled_reason"), json::value("gone"));
    ASSERT_EQ(notices().size(), 1U);
    EXPECT_EQ(notices()[0].at("type"), json::value("webhook_endpoint.disabled"));
    EXPECT_EQ(notices()[0].at("data").at("reason"), json::value("gone"));
    answer(200);
    fixture.operate("POST", fixture.path(endpoint) + ":enable");
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 2, 2, 3, 4}));
}

TEST_F(delivery_failure_test, publishes_the_disabling_of_an_environment_endpoint) {
    fixture.make_endpoint();
    answer(410);
    make_users(1);
    fixture.deliver();
    ASSERT_EQ(notices().size(), 1U);
    EXPECT_EQ(notices()[0].at("type"), json::value("webhook_endpoint.disabled"));
    EXPECT_FALSE(notices()[0].contains("organization_id"));
    EXPECT_FALSE(notices()[0].contains("sequence"));
}

TEST_F(delivery_failure_test, disables_an_endpoint_after_120_hours_of_failures_and_publishes_it) {
    const auto endpoint = fixture.make_endpoint(of_organization());
    fixture.make_endpoint(R"(,"event_types":["webhook_endpoint.*"])", "https://operations.example");
    fixture.out.react = [](const arrival& one) {
        return reaction{.status = one.url == "https://operations.example" ? 200 : 500};
    };
    fixture.make_user("anna");
    fixture.deliver();
    fixture.deliver_for(hours(80), hours(1));  // the first event is a dead letter after three days
    fixture.make_user("berta");
    fixture.deliver_for(hours(36), hours(1));
    EXPECT_TRUE(fixture.shown(endpoint).at("enabled").as_bool());
    fixture.deliver_for(hours(24), hours(1));
    EXPECT_EQ(fixture.shown(endpoint).at("disabled_reason"), json::value("failing"));
    const auto& last = fixture.out.arrivals.back();
    EXPECT_EQ(last.type, "webhook_endpoint.disabled");
    EXPECT_EQ(last.url, "https://operations.example");
}

TEST_F(delivery_failure_test, a_killed_process_loses_no_delivery) {
    const auto endpoint = fixture.make_endpoint();
    fixture.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 3 ? 500 : 200}; };
    make_users(5);
    fixture.deliver();
    fixture.restart();
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 2, 3}));  // it is not due
    answer(200);
    fixture.deliver_for(seconds(7), seconds(1));
    EXPECT_EQ(fixture.sequences(), (sequences{1, 2, 3, 3, 4, 5}));
}

// Due times and leases that were written under a wrong date do not delay deliveries.
TEST_F(delivery_failure_test, continues_after_the_clock_was_set_back) {
    fixture.make_endpoint();
    fixture.clock.advance(std::chrono::days(365));
    fixture.out.react = [](const arrival&) { return reaction{.status = 500}; };
    fixture.make_user("anna");
    fixture.deliver();
    const auto tried = fixture.out.arrivals.size();
    EXPECT_GE(tried, 1U);
    fixture.out.react = [](const arrival&) { return reaction{.status = 200}; };
    fixture.clock.advance(-std::chrono::days(365));
    fixture.deliver();
    EXPECT_EQ(fixture.out.arrivals.size(), tried + 1);

    fixture.clock.advance(std::chrono::days(365));
    fixture.out.react = [](const arrival&) { return reaction{.status = 500}; };
    fixture.make_user("berta");
    fixture.deliver();
    const auto then = fixture.out.arrivals.size();
    fixture.options.owner = "another";
    fixture.clock.advance(-std::chrono::days(365));
    fixture.restart();
    fixture.out.react = [](const arrival&) { return reaction{.status = 200}; };
    fixture.deliver();
    EXPECT_EQ(fixture.out.arrivals.size(), then + 1);
}

// A process that ends between sending and writing sends again, and all later events in order.
TEST_F(delivery_failure_test, repeats_requests_that_were_in_flight_at_a_restart) {
    fixture.make_endpoint();
    fixture.out.react = [](const arrival&) { return std::nullopt; };
    make_users(3);
    fixture.deliver();
    ASSERT_EQ(fixture.out.arrivals.size(), 1U);
    answer(200);
    fixture.restart();
    fixture.deliver();
    EXPECT_EQ(fixture.sequences(), (sequences{1, 1, 2, 3}));
}

// 40 % of all attempts fail and the process dies at every fifth step: all arrive, first arrivals in order.
TEST_F(delivery_failure_test, delivers_everything_in_order_through_failures_and_restarts) {
    for (const auto* mode : {"ordered", "concurrent"}) {
        fixture.out.arrivals.clear();
        const auto endpoint = fixture.make_endpoint(
                R"(,"retry_schedule_seconds":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"mode":")" +
                std::string(mode) + '"');
        std::set<std::int64_t> expected;
        std::set<std::int64_t> taken;
        sequences first_taken;
        std::uint64_t state = 7;
        fixture.out.react = [&](const arrival& one) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            const bool is_taken = (state >> 60U) >= 6;
            if (is_taken && taken.insert(one.sequence).second)
                first_taken.push_back(one.sequence);
            return reaction{.status = is_taken ? 200 : 500};
        };
        for (int step = 0; step < 40; ++step) {
            make_users(3, std::string(mode) + std::to_string(step) + "_");
            fixture.deliver_for(seconds(1), seconds(1));
            if (step % 5 == 0)
                fixture.restart();
        }
        fixture.deliver_for(seconds(400), seconds(2));
        EXPECT_EQ(first_taken.size(), 120U) << mode;
        if (std::string_view(mode) == "ordered") {
            EXPECT_TRUE(std::ranges::is_sorted(first_taken));
        }
        EXPECT_TRUE(dead_letters(endpoint).empty());
        fixture.operate("DELETE", fixture.path(endpoint));
        fixture.deliver();
    }
}

TEST_F(delivery_failure_test, drops_results_without_a_lease) {
    fixture.make_endpoint();
    fixture.out.react = [](const arrival&) { return std::nullopt; };
    make_users(2);
    fixture.deliver();
    ASSERT_EQ(fixture.out.held.size(), 1U);
    auto other = fixture.options;
    other.owner = "second";
    other.has_store_alone = false;
    scripted_sender other_out(fixture.clock);
    std::swap(other_out.arrivals, fixture.out.arrivals);
    const auto rival = fixture.open(other);
    delivery_fixture::settle_down(*rival);
    EXPECT_EQ(fixture.out.arrivals.size(), 0U);  // the first process has the lease
    fixture.clock.advance(std::chrono::minutes(2));
    delivery_fixture::settle_down(*rival);
    EXPECT_EQ(fixture.sequences(), (sequences{1}));  // the second process has the lease now
    answer(200);
    fixture.out.answer_held({});
    fixture.deliver();
    delivery_fixture::settle_down(*rival);
    fixture.deliver();
    EXPECT_GE(std::ranges::count(fixture.sequences(), 2), 1);
}

}  // namespace
}  // namespace scimd::test
