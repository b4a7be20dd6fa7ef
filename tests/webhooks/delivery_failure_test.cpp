// Deliveries that fail for good, processes that die, and sending again.
#include "store/webhooks.hpp"
#include "support/delivery_house.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace scimd::test {
namespace {

using sequences = std::vector<std::int64_t>;
using std::chrono::hours;
using std::chrono::seconds;

class delivery_in_trouble : public testing::Test {
protected:
    void make_users(int count, std::string_view prefix = "user")
    {
        for (int i = 0; i < count; ++i)
            home.make_user(std::string(prefix) + std::to_string(i));
    }
    void answer(int status)
    {
        home.out.react = [status](const arrival&) { return reaction{.status = status}; };
    }
    [[nodiscard]] std::string ours() const { return R"(,"organization_id":")" + home.organization + '"'; }
    json::array dead_letters(const std::string& endpoint)
    {
        return home.operate("GET", home.path(endpoint) + "/dead-letters").body.at("dead_letters").as_array();
    }
    std::vector<std::string> dead_events(const std::string& endpoint)
    {
        std::vector<std::string> events;
        for (const auto& one : dead_letters(endpoint))
            events.emplace_back(one.at("event_id").as_string());
        return events;
    }
    std::vector<json::object> notices()
    {
        std::vector<json::object> found;
        for (auto& event : home.events())
            if (find_string(event, "type")->starts_with("webhook_endpoint."))
                found.push_back(event);
        return found;
    }

    delivery_house home;
};

TEST_F(delivery_in_trouble, buries_an_event_after_its_last_attempt_and_goes_on_in_order)
{
    const auto endpoint = home.make_endpoint(ours() + R"(,"retry_schedule_seconds":[0,1,1])");
    home.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 1 ? 500 : 200}; };
    make_users(3);
    home.deliver();
    home.deliver_for(seconds(5), seconds(1));
    EXPECT_EQ(home.sequences(), (sequences{1, 1, 1, 2, 3}));
    const auto dead = dead_letters(endpoint);
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].at("event_id"), json::value(home.out.arrivals[0].event));
    EXPECT_EQ(dead[0].at("attempts"), 3);
    EXPECT_EQ(dead[0].at("last_error"), json::value("status 500"));
    EXPECT_EQ(dead[0].at("event_type"), json::value("organization.directory.user_created"));
    const auto one = home.operate("GET", home.path(endpoint) + "/dead-letters/" + home.out.arrivals[0].event);
    EXPECT_EQ(one.body.at("log").as_array().size(), 3U);
    EXPECT_EQ(one.body.at("event").at("id"), json::value(home.out.arrivals[0].event));
    ASSERT_EQ(notices().size(), 1U);
    EXPECT_EQ(notices()[0].at("type"), json::value("webhook_endpoint.delivery_exhausted"));
    EXPECT_EQ(notices()[0].at("data").at("event_id"), json::value(home.out.arrivals[0].event));
}

TEST_F(delivery_in_trouble, retries_and_discards_dead_letters_by_hand)
{
    const auto endpoint = home.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0])");
    answer(500);
    make_users(3);
    home.deliver();
    ASSERT_EQ(dead_letters(endpoint).size(), 3U);
    const auto letters = home.path(endpoint) + "/dead-letters/";
    const auto first = home.out.arrivals[0].event;
    answer(200);
    EXPECT_EQ(home.operate("POST", letters + first + ":retry").status, 200);
    home.deliver();
    EXPECT_EQ(home.out.arrivals.back().event, first);
    EXPECT_EQ(dead_letters(endpoint).size(), 2U);
    EXPECT_EQ(home.operate("POST", letters + first + ":retry").status, 404);

    const auto second = home.out.arrivals[1].event;
    EXPECT_EQ(home.operate("DELETE", letters + second).status, 200);
    EXPECT_EQ(home.operate("DELETE", letters + second).status, 404);
    EXPECT_EQ(home.operate("GET", letters + second).status, 404);
    EXPECT_EQ(dead_letters(endpoint).size(), 1U);
    EXPECT_EQ(home.operate("GET", letters + "nonsense").status, 404);
}

TEST_F(delivery_in_trouble, retries_all_that_failed_since_a_time)
{
    const auto endpoint = home.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0])");
    answer(500);
    make_users(2);
    home.deliver();
    home.clock.advance(hours(1));
    make_users(2, "later");
    home.deliver();
    answer(200);
    home.out.arrivals.clear();
    const auto asked =
        home.operate("POST", home.path(endpoint) + ":retry-failed", R"({"since":"2026-01-02T03:30:00Z"})");
    EXPECT_EQ(asked.body.at("count"), 2);
    EXPECT_FALSE(asked.body.at("has_more").as_bool());
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{3, 4}));
    EXPECT_EQ(dead_letters(endpoint).size(), 2U);
    EXPECT_EQ(home.operate("POST", home.path(endpoint) + ":retry-failed").body.at("count"), 2);
    home.deliver();
    EXPECT_TRUE(dead_letters(endpoint).empty());
    EXPECT_EQ(
        home.operate("POST", home.path(endpoint) + ":retry-failed", R"({"since":"yesterday"})").status, 400
    );
}

TEST_F(delivery_in_trouble, retries_what_failed_in_a_range_with_both_its_ends)
{
    const auto endpoint = home.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0])");
    answer(500);
    make_users(5);
    home.deliver();
    answer(200);
    home.out.arrivals.clear();
    const auto letters = dead_events(endpoint);
    ASSERT_EQ(letters.size(), 5U);
    const auto retry = [&](const std::string& range) {
        return home.operate("POST", home.path(endpoint) + ":retry-failed", "{" + range + "}");
    };
    const auto from = R"("since_event_id":")" + letters.at(1) + "\"";
    const auto to = R"("until_event_id":")" + letters.at(3) + "\"";
    EXPECT_EQ(retry(from + "," + to).body.at("count"), 3);
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{2, 3, 4}));
    EXPECT_EQ(retry(R"("until":"2026-01-01T00:00:00Z")").body.at("count"), 0);
    EXPECT_EQ(retry(to).body.at("count"), 1);
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{2, 3, 4, 1}));
    EXPECT_EQ(dead_events(endpoint), (std::vector<std::string>{letters.at(4)}));
    EXPECT_EQ(retry(R"("until":"2026-01-02T03:04:04.999Z")").body.at("count"), 0);
    EXPECT_EQ(retry(R"("until":"2026-01-02T03:04:05Z")").body.at("count"), 1)
        << "with all of that millisecond";
    EXPECT_EQ(retry(to + R"(,"until":"2026-01-01T00:00:00Z")").body.at("count"), 0) << "the narrower of both";
    EXPECT_EQ(retry(R"("until":"tomorrow")").status, 400);
    EXPECT_EQ(retry(R"("until_event_id":"whe_1")").status, 400);
}

TEST_F(delivery_in_trouble, retries_the_heads_of_a_range_alone)
{
    const auto endpoint = home.make_endpoint();
    answer(500);
    make_users(2);
    home.deliver();
    answer(200);
    const auto head = home.out.arrivals.at(0).event;
    const auto retry = [&](const std::string& range) {
        return home.operate("POST", home.path(endpoint) + ":retry-failed", range).body.at("count");
    };
    EXPECT_EQ(retry(R"({"until":"2026-01-01T00:00:00Z"})"), 0);
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{1}));
    EXPECT_EQ(retry(R"({"until_event_id":")" + head + "\"}"), 1);
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{1, 1, 2}));
}

TEST_F(delivery_in_trouble, does_not_wait_for_the_schedule_when_told_to_retry)
{
    const auto endpoint = home.make_endpoint();
    answer(500);
    make_users(2);
    home.deliver();
    answer(200);
    home.operate("POST", home.path(endpoint) + ":retry-failed");
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{1, 1, 2}));
}

TEST_F(delivery_in_trouble, replays_events_with_their_ids_and_bytes)
{
    const auto endpoint = home.make_endpoint();
    make_users(6);
    home.deliver();
    const auto first = home.out.arrivals;
    home.out.arrivals.clear();
    const auto range =
        R"({"from_event_id":")" + first[1].event + R"(","to_event_id":")" + first[4].event + "\"}";
    EXPECT_EQ(home.operate("POST", home.path(endpoint) + ":replay", range).body.at("count"), 4);
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{2, 3, 4, 5}));
    EXPECT_EQ(home.out.arrivals[0].event, first[1].event);
    EXPECT_EQ(*home.out.arrivals[0].what.body, *first[1].what.body);
    const auto single = R"({"event_id":")" + first[5].event + "\"}";
    EXPECT_EQ(home.operate("POST", home.path(endpoint) + ":replay", single).body.at("count"), 1);
    home.deliver();
    EXPECT_EQ(home.out.arrivals.back().sequence, 6);
    // Of a time and an event the narrower bound counts.
    const auto both = R"({"from":"2026-01-01T00:00:00Z","from_event_id":")" + first[4].event + "\"}";
    EXPECT_EQ(home.operate("POST", home.path(endpoint) + ":replay", both).body.at("count"), 2);
    for (const auto* bad : {"{}", R"({"from":"x"})", R"({"event_id":"x"})"})
        EXPECT_EQ(home.operate("POST", home.path(endpoint) + ":replay", bad).status, 400) << bad;
    EXPECT_EQ(home.operate("POST", home.path(endpoint) + ":replay", R"({"event_id":"evt_1"})").status, 404);
}

// Whoever asks again while an attempt is under way gets another one, whatever comes of the first.
TEST_F(delivery_in_trouble, replays_what_is_being_retried_once_more)
{
    const auto endpoint = home.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0])");
    std::size_t told = 0;
    for (const int status : {200, 500}) {
        answer(500);
        make_users(1, "user" + std::to_string(status));
        home.deliver();
        const auto event = home.out.arrivals.back().event;
        home.out.react = [](const arrival&) { return std::nullopt; };
        home.operate("POST", home.path(endpoint) + ":retry-failed");
        home.deliver();
        ASSERT_EQ(home.out.held.size(), 1U);
        home.clock.advance(seconds(1));
        const auto asked =
            home.operate("POST", home.path(endpoint) + ":replay", R"({"event_id":")" + event + "\"}");
        EXPECT_EQ(asked.body.at("count"), 1);
        answer(200);
        home.out.answer_held({.status = status});
        home.deliver_for(seconds(2), seconds(1));
        EXPECT_EQ(std::ranges::count(home.out.arrivals, event, &arrival::event), 3) << status;
        EXPECT_TRUE(dead_letters(endpoint).empty()) << status;
        EXPECT_EQ(home.shown(endpoint).at("stats").at("waiting"), 0) << status;
        EXPECT_EQ(notices().size(), ++told) << "the first time it was given up, and not again";
    }
}

TEST_F(delivery_in_trouble, does_not_replay_what_is_still_to_come)
{
    const auto endpoint = home.make_endpoint();
    home.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 2 ? 500 : 200}; };
    make_users(4);
    home.deliver();
    const auto asked =
        home.operate("POST", home.path(endpoint) + ":replay", R"({"from":"2026-01-01T00:00:00Z"})");
    EXPECT_GE(asked.body.at("count").as_int64(), 1);
    home.deliver();
    EXPECT_EQ(home.sequences().back(), 1);
    EXPECT_EQ(std::ranges::count(home.sequences(), 2), 1);
}

TEST_F(delivery_in_trouble, disables_an_endpoint_that_says_gone_and_keeps_its_place)
{
    const auto endpoint = home.make_endpoint(ours());
    home.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 2 ? 410 : 200}; };
    make_users(4);
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{1, 2}));
    EXPECT_EQ(home.shown(endpoint).at("disabled_reason"), json::value("gone"));
    ASSERT_EQ(notices().size(), 1U);
    EXPECT_EQ(notices()[0].at("type"), json::value("webhook_endpoint.disabled"));
    EXPECT_EQ(notices()[0].at("data").at("reason"), json::value("gone"));
    answer(200);
    home.operate("POST", home.path(endpoint) + ":enable");
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{1, 2, 2, 3, 4}));
}

TEST_F(delivery_in_trouble, tells_of_an_endpoint_of_the_whole_environment_as_well)
{
    home.make_endpoint();
    answer(410);
    make_users(1);
    home.deliver();
    ASSERT_EQ(notices().size(), 1U);
    EXPECT_EQ(notices()[0].at("type"), json::value("webhook_endpoint.disabled"));
    EXPECT_FALSE(notices()[0].contains("organization_id"));
    EXPECT_FALSE(notices()[0].contains("sequence"));
}

TEST_F(delivery_in_trouble, disables_an_endpoint_after_120_hours_of_failures_and_tells_the_others)
{
    const auto endpoint = home.make_endpoint(ours());
    home.make_endpoint(R"(,"event_types":["webhook_endpoint.*"])", "https://operations.example");
    home.out.react = [](const arrival& one) {
        return reaction{.status = one.url == "https://operations.example" ? 200 : 500};
    };
    home.make_user("anna");
    home.deliver();
    home.deliver_for(hours(80), hours(1));  // the first is given up after three days
    home.make_user("berta");
    home.deliver_for(hours(36), hours(1));
    EXPECT_TRUE(home.shown(endpoint).at("enabled").as_bool());
    home.deliver_for(hours(24), hours(1));
    EXPECT_EQ(home.shown(endpoint).at("disabled_reason"), json::value("failing"));
    const auto& last = home.out.arrivals.back();
    EXPECT_EQ(last.type, "webhook_endpoint.disabled");
    EXPECT_EQ(last.url, "https://operations.example");
}

TEST_F(delivery_in_trouble, is_not_lost_when_the_process_dies)
{
    const auto endpoint = home.make_endpoint();
    home.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 3 ? 500 : 200}; };
    make_users(5);
    home.deliver();
    home.restart();
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{1, 2, 3}));  // its time has not come
    answer(200);
    home.deliver_for(seconds(7), seconds(1));
    EXPECT_EQ(home.sequences(), (sequences{1, 2, 3, 3, 4, 5}));
}

// What waits for a year that was none, or is held by a lease of that year, is sent all the same.
TEST_F(delivery_in_trouble, goes_on_when_the_clock_was_set_back)
{
    home.make_endpoint();
    home.clock.advance(std::chrono::days(365));
    home.out.react = [](const arrival&) { return reaction{.status = 500}; };
    home.make_user("anna");
    home.deliver();
    const auto tried = home.out.arrivals.size();
    EXPECT_GE(tried, 1U);
    home.out.react = [](const arrival&) { return reaction{.status = 200}; };
    home.clock.advance(-std::chrono::days(365));
    home.deliver();
    EXPECT_EQ(home.out.arrivals.size(), tried + 1);

    home.clock.advance(std::chrono::days(365));
    home.out.react = [](const arrival&) { return reaction{.status = 500}; };
    home.make_user("berta");
    home.deliver();
    const auto then = home.out.arrivals.size();
    home.options.owner = "another";
    home.clock.advance(-std::chrono::days(365));
    home.restart();
    home.out.react = [](const arrival&) { return reaction{.status = 200}; };
    home.deliver();
    EXPECT_EQ(home.out.arrivals.size(), then + 1);
}

// Whoever dies between sending and writing sends again, and everything behind it in order.
TEST_F(delivery_in_trouble, sends_again_what_was_under_way)
{
    home.make_endpoint();
    home.out.react = [](const arrival&) { return std::nullopt; };
    make_users(3);
    home.deliver();
    ASSERT_EQ(home.out.arrivals.size(), 1U);
    answer(200);
    home.restart();
    home.deliver();
    EXPECT_EQ(home.sequences(), (sequences{1, 1, 2, 3}));
}

// 40 % of all attempts fail and the process dies at every fifth step: all arrive, first arrivals in order.
TEST_F(delivery_in_trouble, delivers_everything_in_order_through_failures_and_restarts)
{
    for (const auto* mode : {"ordered", "concurrent"}) {
        home.out.arrivals.clear();
        const auto endpoint = home.make_endpoint(
            R"(,"retry_schedule_seconds":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"mode":")" +
            std::string(mode) + '"'
        );
        std::set<std::int64_t> expected;
        std::set<std::int64_t> taken;
        sequences first_taken;
        std::uint64_t state = 7;
        home.out.react = [&](const arrival& one) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            const bool is_taken = (state >> 60U) >= 6;
            if (is_taken && taken.insert(one.sequence).second)
                first_taken.push_back(one.sequence);
            return reaction{.status = is_taken ? 200 : 500};
        };
        for (int step = 0; step < 40; ++step) {
            make_users(3, std::string(mode) + std::to_string(step) + "_");
            home.deliver_for(seconds(1), seconds(1));
            if (step % 5 == 0)
                home.restart();
        }
        home.deliver_for(seconds(400), seconds(2));
        EXPECT_EQ(first_taken.size(), 120U) << mode;
        if (std::string_view(mode) == "ordered") {
            EXPECT_TRUE(std::ranges::is_sorted(first_taken));
        }
        EXPECT_TRUE(dead_letters(endpoint).empty());
        home.operate("DELETE", home.path(endpoint));
        home.deliver();
    }
}

TEST_F(delivery_in_trouble, drops_the_results_of_whoever_has_lost_the_lease)
{
    home.make_endpoint();
    home.out.react = [](const arrival&) { return std::nullopt; };
    make_users(2);
    home.deliver();
    ASSERT_EQ(home.out.held.size(), 1U);
    auto other = home.options;
    other.owner = "second";
    other.has_store_alone = false;
    scripted_sender other_out(home.clock);
    std::swap(other_out.arrivals, home.out.arrivals);
    const auto rival = home.open(other);
    delivery_house::settle_down(*rival);
    EXPECT_EQ(home.out.arrivals.size(), 0U);  // the lease is the first one's
    home.clock.advance(std::chrono::minutes(2));
    delivery_house::settle_down(*rival);
    EXPECT_EQ(home.sequences(), (sequences{1}));  // now it is the second one's
    answer(200);
    home.out.answer_held({});
    home.deliver();
    delivery_house::settle_down(*rival);
    home.deliver();
    EXPECT_GE(std::ranges::count(home.sequences(), 2), 1);
}

}  // namespace
}  // namespace scimd::test
