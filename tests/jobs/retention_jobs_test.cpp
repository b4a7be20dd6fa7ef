// Retention deletes the oldest events, by age, number and bytes, but none that a webhook or a sink still
// needs.
#include "jobs/retention_jobs.hpp"

#include "store/event_log.hpp"
#include "store/usage.hpp"
#include "store/webhook_deliveries.hpp"
#include "support/delivery_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace scimd::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr std::int64_t any_number = 1'000'000;

class retention_jobs_test : public testing::Test {
protected:
    void make_users(int count, std::string_view prefix = "user") {
        for (int i = 0; i < count; ++i)
            fixture.make_user(std::string(prefix) + std::to_string(i));
    }

    // Does at once all that the job would do over time.
    void cut(const service::event_retention& kept, jobs::retention_jobs::first_needed_event sinks = {}) {
        jobs::retention_jobs retention(
                *fixture.database, fixture.clock, {.events = kept, .attempts_kept_for = days(90)});
        if (sinks)
            retention.retain(std::move(sinks));
        while (retention.delete_old_events())
            continue;
        while (retention.delete_surplus_events())
            continue;
    }

    template <class Ask>
    auto ask(Ask what) {
        decltype(what(std::declval<store::transaction&>())) answer{};
        store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
            answer = what(tx);
            return store::verdict::commit;
        });
        return answer;
    }
    std::int64_t total() { return ask(store::event_log::total); }
    event_id newest() { return ask(store::event_log::newest); }
    event_id oldest() { return ask(store::event_log::oldest); }

    answer read(const std::string& query) { return fixture.operate("GET", "/api/v1/events" + query); }
    static std::string cursor(event_id id) { return "c_" + std::to_string(id.value); }
    static std::size_t count(const answer& page) { return page.body.at("events").as_array().size(); }

    delivery_fixture fixture;
};

TEST_F(retention_jobs_test, deletes_events_that_are_too_old_and_not_a_millisecond_before) {
    const auto before = total();
    make_users(3);
    const auto last = newest();
    fixture.clock.advance(days(30));
    cut({days(30), any_number});
    EXPECT_EQ(total(), before + 3);
    fixture.clock.advance(1ms);
    fixture.make_user("young");
    cut({days(30), any_number});
    EXPECT_EQ(total(), 1);
    EXPECT_EQ(read("?after=" + cursor(last)).status, 200);
    EXPECT_EQ(read("?after=" + cursor({last.value - 1})).status, 410);
    EXPECT_TRUE(fixture.database->check().empty());
}

// A clock that is ahead deletes nothing until an event is made at its time.
TEST_F(retention_jobs_test, measures_the_age_of_events_from_the_newest) {
    make_users(3);
    const auto before = total();
    fixture.clock.advance(days(365));
    cut({days(30), any_number});
    EXPECT_EQ(total(), before);
}

TEST_F(retention_jobs_test, events_dated_in_the_future_delete_nothing) {
    make_users(3);
    fixture.clock.advance(days(365));
    fixture.make_user("of_the_wrong_year");
    fixture.clock.advance(days(-365));
    fixture.make_user("of_the_right_year");
    const auto before = total();
    cut({days(30), any_number});
    EXPECT_EQ(total(), before) << "its id goes on from one of the wrong year, but not its time";
    fixture.clock.advance(days(31));
    fixture.make_user("later");
    cut({days(30), any_number});
    EXPECT_EQ(total(), 3);
}

TEST_F(retention_jobs_test, deletes_the_oldest_of_too_many_events) {
    make_users(20);
    const auto all = total();
    cut({days(90), all});
    EXPECT_EQ(total(), all);
    cut({days(90), all - 1});
    EXPECT_EQ(total(), all - 1);
    cut({days(90), 5});
    EXPECT_EQ(total(), 5);
    const auto page = read("");
    ASSERT_EQ(count(page), 5U);
    EXPECT_EQ(page.body.at("events").at(0).at("data").at("preferred_username"), json::value("user15"));
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(retention_jobs_test, counts_events_of_directories_and_of_none) {
    const auto second = fixture.make_directory(fixture.organization);
    make_users(7);
    fixture.make_organization("Other");
    fixture.make_domain(fixture.organization, "more.test");
    const auto counted = [&] { return static_cast<std::int64_t>(count(read("?limit=1000"))); };
    EXPECT_EQ(total(), counted());
    cut({days(90), total() - 4});
    EXPECT_EQ(total(), counted());
    cut({days(90), 1});
    EXPECT_EQ(total(), 1);
    EXPECT_EQ(counted(), 1);
}

TEST_F(retention_jobs_test, keeps_events_until_a_webhook_has_got_them) {
    fixture.make_endpoint();
    fixture.out.react = [](const arrival&) { return std::optional<reaction>(); };
    make_users(3);
    const auto first = newest().value;
    fixture.deliver();
    cut({days(90), 1});
    EXPECT_GE(total(), 3);
    fixture.out.react = nullptr;
    fixture.out.answer_held({.status = 200});
    fixture.deliver_for(30s, 5s);
    cut({days(90), 1});
    EXPECT_EQ(total(), 1);
    EXPECT_EQ(oldest().value, first);
}

TEST_F(retention_jobs_test, keeps_events_behind_a_failure_until_the_endpoint_is_disabled) {
    const auto endpoint = fixture.make_endpoint(R"(,"organization_id":")" + fixture.organization + '"');
    fixture.out.react = [](const arrival&) { return reaction{.status = 500}; };
    make_users(1);
    const auto head = newest();
    fixture.deliver_for(60s, 5s);
    make_users(2, "later");
    fixture.deliver_for(60s, 5s);
    cut({days(90), 1});
    EXPECT_EQ(oldest(), head);
    ASSERT_EQ(fixture.operate("POST", fixture.path(endpoint) + ":disable").status, 200);
    cut({days(90), 1});
    EXPECT_EQ(total(), 1);
}

TEST_F(retention_jobs_test, keeps_replayed_events_until_they_are_delivered) {
    const auto endpoint = fixture.make_endpoint(R"(,"mode":"concurrent","retry_schedule_seconds":[0,60])");
    fixture.out.react = [](const arrival& one) { return reaction{.status = one.sequence == 1 ? 500 : 200}; };
    make_users(3);
    fixture.deliver_for(30s, 5s);
    cut({days(90), 1});
    EXPECT_EQ(total(), 3);
    fixture.out.react = nullptr;
    fixture.deliver_for(120s, 10s);
    cut({days(90), 1});
    EXPECT_EQ(total(), 1);
}

TEST_F(retention_jobs_test, keeps_events_that_a_sink_needs) {
    make_users(5);
    const auto needed = newest();
    make_users(5, "later");
    cut({days(90), 1}, [&] { return std::optional(needed); });
    EXPECT_EQ(oldest(), needed);
    fixture.clock.advance(days(365));
    cut({days(1), any_number}, [&] { return std::optional(needed); });
    EXPECT_EQ(oldest(), needed);
}

TEST_F(retention_jobs_test, deletes_the_oldest_events_of_too_many_bytes) {
    make_users(10);
    const auto bytes = ask(store::usage::event_bytes);
    const auto all = total();
    cut({days(90), any_number, bytes});
    EXPECT_EQ(total(), all);
    cut({days(90), any_number, bytes - 1});
    EXPECT_EQ(total(), all - 1);
    cut({days(90), any_number, bytes / 2});
    EXPECT_LE(ask(store::usage::event_bytes), bytes / 2);
    EXPECT_GT(ask(store::usage::event_bytes), bytes / 2 - 2'000) << "and no more of them";
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(retention_jobs_test, a_directory_beyond_its_quota_loses_only_its_own_oldest_events) {
    const auto quiet = fixture.make_directory(fixture.organization, "off");
    const auto bearer = fixture.make_token(quiet);
    fixture.make_user_in(quiet, bearer, "first");
    const auto at_start = newest();
    make_users(10);
    const auto in = [&](const std::string& directory) {
        return read("?limit=1000&directory_id=" + directory);
    };
    const auto of_quiet = count(in(quiet));
    const auto before = in(fixture.directory);
    const auto bytes = ask([&](store::transaction& tx) {
        return store::usage::find(tx, {*parse_prefixed(fixture.directory, "dir_")})
                .used[store::usage::index_of(store::usage::quota::event_bytes)];
    });
    service::event_retention kept{days(90), any_number};
    kept.directory_bytes_max = bytes;
    cut(kept);
    EXPECT_EQ(count(in(fixture.directory)), count(before));
    kept.directory_bytes_max = bytes - 1;
    cut(kept);
    EXPECT_EQ(count(in(fixture.directory)), count(before) - 1);
    kept.directory_bytes_max = bytes / 2;
    cut(kept);
    const auto rest = in(fixture.directory);
    EXPECT_LT(count(rest), count(before));
    EXPECT_GT(count(rest), 3U);
    EXPECT_EQ(count(in(quiet)), of_quiet);
    EXPECT_TRUE(fixture.database->check().empty());

    // A cursor behind the deleted events is 410 for readers of the directory, its organization and
    // everything; another directory has lost nothing.
    const auto position = "&after=" + cursor(at_start);
    EXPECT_EQ(read("?directory_id=" + fixture.directory + position).status, 410);
    EXPECT_EQ(read("?organization_id=" + fixture.organization + position).status, 410);
    EXPECT_EQ(read("?limit=5" + position).status, 410);
    EXPECT_EQ(read("?directory_id=" + quiet + position).status, 200);
    EXPECT_EQ(read("?organization_id=" + fixture.make_organization("Other") + position).status, 200);
    EXPECT_EQ(read("?directory_id=" + fixture.directory + "&after_sequence=1").status, 410);
    EXPECT_EQ(read("?limit=5&after=" + cursor(newest())).status, 200);
}

TEST_F(retention_jobs_test, a_directory_quota_overrides_the_default) {
    make_users(10);
    const auto all = total();
    service::event_retention kept{days(90), any_number};
    const auto set = [&](const std::string& limit) {
        const auto path = "/api/v1/organizations/-/directories/" + fixture.directory + "/quota-limits";
        ASSERT_EQ(fixture.operate("PATCH", path, R"({"quotas":{"event_bytes":)" + limit + "}}").status, 200);
    };
    set("0");
    kept.directory_bytes_max = 1;
    cut(kept);
    EXPECT_EQ(total(), all);
    set("5000");
    kept.directory_bytes_max = 0;
    cut(kept);
    EXPECT_LT(total(), all);
}

TEST_F(retention_jobs_test, keeps_needed_events_beyond_the_quota) {
    make_users(5);
    const auto needed = newest();
    make_users(5, "later");
    service::event_retention kept{days(90), any_number, 1, 1};
    cut(kept, [&] { return std::optional(needed); });
    EXPECT_EQ(oldest(), needed);
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(retention_jobs_test, sequence_numbers_continue_after_all_events_are_deleted) {
    make_users(4);
    const auto in_directory = "?directory_id=" + fixture.directory;
    const auto page = read(in_directory + "&limit=1000");
    const auto last = page.body.at("events").as_array().back().at("sequence").as_int64();
    const auto before_last = "&after_sequence=" + std::to_string(last - 1);
    const auto at_last = "&after_sequence=" + std::to_string(last);
    fixture.clock.advance(days(2));
    fixture.make_directory(fixture.organization);  // the age of events is measured from the newest one
    cut({days(1), any_number});
    EXPECT_EQ(read(in_directory + before_last).status, 410);
    EXPECT_EQ(count(read(in_directory + at_last)), 0U);
    EXPECT_EQ(read("?after=" + page.text_of("next_cursor")).status, 200);
    fixture.make_user("next");
    EXPECT_EQ(read(in_directory + before_last).status, 410);
    const auto fresh = read(in_directory + at_last);
    ASSERT_EQ(count(fresh), 1U);
    EXPECT_EQ(fresh.body.at("events").at(0).at("sequence"), last + 1);
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(retention_jobs_test, a_reader_of_a_quiet_directory_keeps_a_valid_cursor) {
    const auto quiet = fixture.make_directory(fixture.organization);
    const auto start = read("?limit=1000&directory_id=" + quiet).text_of("next_cursor");
    make_users(5);
    const auto seen = read("?directory_id=" + quiet + "&after=" + start);
    EXPECT_EQ(count(seen), 0U);
    fixture.clock.advance(days(2));
    fixture.make_directory(fixture.organization);
    cut({days(1), any_number});
    EXPECT_EQ(read("?directory_id=" + quiet + "&after=" + start).status, 410);
    EXPECT_EQ(read("?directory_id=" + quiet + "&after=" + seen.text_of("next_cursor")).status, 200);
}

TEST_F(retention_jobs_test, one_transaction_deletes_a_limited_number_of_events) {
    make_users(12);
    const auto all = total();
    std::vector<std::int64_t> gone;
    for (int i = 0; i < 4; ++i)
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            gone.push_back(
                    service::delete_events(tx, store::event_log::newest(tx), std::nullopt, (all + 2) / 3));
            return store::verdict::commit;
        });
    EXPECT_EQ(gone[0], (all + 2) / 3);
    EXPECT_EQ(gone[1], (all + 2) / 3);
    EXPECT_EQ(gone[0] + gone[1] + gone[2], all);
    EXPECT_EQ(gone[3], 0);
}

TEST_F(retention_jobs_test, deletes_attempts_that_are_too_old_and_not_a_millisecond_before) {
    const auto endpoint = fixture.make_endpoint();
    make_users(3);
    fixture.deliver_for(20s, 5s);
    const auto attempts = [&] {
        const auto shown = fixture.operate("GET", fixture.path(endpoint) + "/attempts");
        return shown.body.at("attempts").as_array().size();
    };
    const auto made = attempts();
    ASSERT_GE(made, 3U);
    const auto cut_after = [&](std::chrono::milliseconds age) {
        fixture.clock.advance(age);
        jobs::retention_jobs retention(
                *fixture.database, fixture.clock, {.events = {}, .attempts_kept_for = days(7)});
        while (retention.delete_old_attempts())
            continue;
    };
    cut_after(days(7) - 20s);
    EXPECT_EQ(attempts(), made);
    cut_after(20s + 1ms);
    EXPECT_EQ(attempts(), 0U);
}

TEST_F(retention_jobs_test, deletes_dead_letters_that_are_too_old_and_not_a_millisecond_before) {
    const auto endpoint = fixture.make_endpoint(R"(,"retry_schedule_seconds":[0])");
    fixture.out.react = [](const arrival&) { return reaction{.status = 500}; };
    make_users(2);
    fixture.deliver_for(20s, 5s);
    const auto letters = [&] {
        const auto shown = fixture.operate("GET", fixture.path(endpoint) + "/dead-letters");
        return shown.body.at("dead_letters").as_array().size();
    };
    const auto made = letters();
    ASSERT_GE(made, 2U);
    const auto cut_after = [&](std::chrono::milliseconds age) {
        fixture.clock.advance(age);
        jobs::retention_jobs retention(
                *fixture.database, fixture.clock, {.events = {}, .attempts_kept_for = days(7)});
        while (retention.delete_old_attempts())
            continue;
    };
    cut_after(days(7) - 20s);
    EXPECT_EQ(letters(), made);
    cut_after(1ms);
    EXPECT_EQ(letters(), 0U);
    EXPECT_TRUE(fixture.database->check().empty());
}

}  // namespace
}  // namespace scimd::test
