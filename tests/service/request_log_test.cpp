// The request log: limits of the queue, retention and masking.
#include "service/request_log/request_log.hpp"

#include "service/request_log/error_hints.hpp"
#include "service/request_log/mask.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace scimd::service {
namespace {

using namespace std::chrono_literals;

request_record record_of(directory_id directory, std::string method = "POST", int status = 201) {
    request_record record;
    record.directory = directory;
    record.is_known = true;
    record.at = test::manual_clock::default_start;
    record.method = std::move(method);
    record.path = "/Users";
    record.status = status;
    return record;
}

class request_log_test : public testing::Test {
protected:
    std::uint64_t dropped() {
        return metrics.counter_of("scimd_request_log_dropped_total", "Requests that the log had no room for.")
                .value();
    }
    void add(std::size_t times, const request_record& record) {
        for (std::size_t i = 0; i < times; ++i)
            log.note(record);
    }

    metrics_registry metrics;
    request_log log{metrics};
};

TEST_F(request_log_test, the_queue_limits_each_directory) {
    add(directory_records_max, record_of({1}));
    EXPECT_EQ(dropped(), 0U);
    add(1, record_of({1}));
    EXPECT_EQ(dropped(), 1U);
    add(1, record_of({2}));
    EXPECT_EQ(dropped(), 1U);
    EXPECT_EQ(log.take(std::numeric_limits<std::size_t>::max()).size(), directory_records_max + 1);
}

TEST_F(request_log_test, successful_reads_leave_space_for_other_records) {
    add(directory_reads_max, record_of({1}, "GET", 200));
    EXPECT_EQ(dropped(), 0U);
    add(1, record_of({1}, "GET", 200));
    EXPECT_EQ(dropped(), 1U);
    add(1, record_of({1}, "GET", 404));
    add(1, record_of({1}));
    EXPECT_EQ(dropped(), 1U);
}

TEST_F(request_log_test, the_queue_limits_all_directories_together) {
    for (std::int64_t i = 1; i <= static_cast<std::int64_t>(queued_records_max); ++i)
        log.note(record_of({i}));
    EXPECT_EQ(dropped(), 0U);
    add(1, record_of({1}));
    EXPECT_EQ(dropped(), 1U);
}

TEST_F(request_log_test, take_returns_the_oldest_records_and_frees_space) {
    for (std::int64_t i = 1; i <= 3; ++i)
        log.note(record_of({i}));
    const auto first = log.take(2);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].directory.value, 1);
    EXPECT_EQ(first[1].directory.value, 2);
    ASSERT_EQ(log.take(2).size(), 1U);
    EXPECT_TRUE(log.take(2).empty());
    add(directory_records_max, record_of({1}));
    EXPECT_EQ(dropped(), 0U);
}

TEST_F(request_log_test, unauthenticated_requests_are_rate_limited) {
    auto unauthenticated = record_of({1}, "GET", 401);
    unauthenticated.is_known = false;
    add(unauthenticated_a_minute_max, unauthenticated);
    EXPECT_EQ(dropped(), 0U);
    add(1, unauthenticated);
    EXPECT_EQ(dropped(), 1U);
    add(1, record_of({1}));
    EXPECT_EQ(dropped(), 1U) << "authenticated requests are not limited";
    unauthenticated.at += 1min;
    add(1, unauthenticated);
    EXPECT_EQ(dropped(), 1U);
}

TEST_F(request_log_test, requests_of_users_are_rate_limited_apart_from_their_directory) {
    auto own = record_of({1}, "GET", 403);
    own.user = "diruser_1";
    add(users_a_minute_max, own);
    EXPECT_EQ(dropped(), 0U);
    own.user = "diruser_2";
    add(1, own);
    EXPECT_EQ(dropped(), 1U) << "all users of a directory together";
    add(1, record_of({1}));
    auto elsewhere = own;
    elsewhere.directory = {2};
    add(1, elsewhere);
    EXPECT_EQ(dropped(), 1U);
    own.at += 1min;
    add(1, own);
    EXPECT_EQ(dropped(), 1U);
}

TEST_F(request_log_test, unauthenticated_requests_name_a_limited_number_of_directories) {
    auto unauthenticated = record_of({1}, "GET", 401);
    unauthenticated.is_known = false;
    for (std::size_t i = 1; i <= unauthenticated_directories_max; ++i) {
        unauthenticated.directory = {static_cast<std::int64_t>(i)};
        log.note(unauthenticated);
    }
    EXPECT_EQ(dropped(), 0U);
    unauthenticated.directory = {static_cast<std::int64_t>(unauthenticated_directories_max) + 1};
    log.note(unauthenticated);
    EXPECT_EQ(dropped(), 1U);
}

class request_log_retention_test : public testing::Test {
protected:
    void write() { write_line(store.tx(), to_line(record_now()), keep); }
    request_record record_now() {
        auto record = record_of(here.id);
        record.at = store.tx().now();
        return record;
    }
    std::size_t count() {
        std::size_t seen = 0;
        store::request_log::list(
                store.tx(), here.id, {}, std::numeric_limits<std::int64_t>::max(), [&](const auto&) {
                    ++seen;
                    return true;
                });
        return seen;
    }

    test::temp_store store;
    const store::tenants::directory here = store.add_directory();
    request_retention keep{.entries_max = 3, .kept_for = 24h};
};

TEST_F(request_log_retention_test, keeps_the_newest_entries) {
    for (int i = 0; i < 3; ++i)
        write();
    EXPECT_FALSE(trim_requests(store.tx(), here.id, keep));
    EXPECT_EQ(count(), 3U);
    write();
    EXPECT_FALSE(trim_requests(store.tx(), here.id, keep));
    EXPECT_EQ(count(), 3U);
}

TEST_F(request_log_retention_test, deletes_entries_after_the_retention_time) {
    write();
    store.advance(24h);
    EXPECT_FALSE(trim_old_requests(store.tx(), keep));
    EXPECT_EQ(count(), 1U);
    store.advance(1us);
    EXPECT_FALSE(trim_old_requests(store.tx(), keep));
    EXPECT_EQ(count(), 0U);
}

TEST(mask_test, bodies_keep_only_their_shape) {
    const struct {
        const char* text;
        const char* masked;
    } cases[] = {
            {"", ""},
            {R"({"userName":"anna","active":true,"nickName":null})",
                    R"({"userName":"***","active":true,"nickName":null})"},
            {R"({"emails":[{"value":"anna@acme.com","type":"work"}]})",
                    R"({"emails":[{"value":"***@acme.com","type":"work"}]})"},
            {R"({"op":"replace","path":"emails[value eq \"anna@acme.com\"].type","value":{"password":"x"}})",
                    R"({"op":"replace","path":"emails[value eq \"***\"].type","value":{"password":"***"}})"},
            {R"({"members":[{"value":"diruser_42"},{"value":"directory of Anna_1"}]})",
                    R"({"members":[{"value":"diruser_42"},{"value":"***"}]})"},
            {R"({"filter":"userName eq anna","count":10})", R"({"filter":"userName eq ***","count":"***"})"},
            {R"({"anna@acme.com":1})", R"({"***":"***"})"},
            {R"({"type":"Anna Roe","op":"a b"})", R"({"type":"***","op":"***"})"},
            {R"({"method":"PATCH","path":"/Users/anna"})", R"({"method":"PATCH","path":"/Users/***"})"},
            {R"({"userName":)", "no JSON, 12 bytes"},
            {R"([1,2,3,4,5,6,7,8,9,10,11,12])",
                    R"(["***","***","***","***","***","***","***","***","***","***","and 2 more"])"},
    };
    for (const auto& [text, masked] : cases)
        EXPECT_EQ(mask_body(text), masked) << text;
}

TEST(mask_test, a_body_too_large_after_masking_is_described) {
    std::string text = "{";
    for (int i = 0; i < 500; ++i)
        text += (i > 0 ? ",\"" : "\"") + ("attribute" + std::to_string(i)) + "\":true";
    text += "}";
    EXPECT_EQ(mask_body(text), "large, " + std::to_string(text.size()) + " bytes");
}

TEST(mask_test, queries_keep_the_values_of_scim_parameters) {
    EXPECT_EQ(
            mask_query({{"filter", R"(userName eq "anna" and active eq true)"}, {"count", "5"}, {"x", "y"}}),
            R"(filter=userName eq "***" and active eq ***&count=5&x=***)");
    EXPECT_EQ(mask_query({{"filter", R"(userName eq "anna)"}}), R"(filter=userName eq "***)");
    EXPECT_EQ(mask_query({{"attributes", "anna@acme.com"}, {"a b", ""}}), "attributes=***&***=***");
}

TEST(mask_test, details_keep_their_words) {
    EXPECT_EQ(mask_detail("userName is taken."), "userName is taken.");
    EXPECT_EQ(mask_detail("User anna does not exist.", "anna"), "User *** does not exist.");
    EXPECT_EQ(mask_detail("User diruser_7 does not exist.", "diruser_7"), "User diruser_7 does not exist.");
    EXPECT_EQ(mask_detail("There is no endpoint /anna."), "There is no endpoint ***");
    EXPECT_EQ(mask_detail(R"(The value "anna" of anna@acme.com is none.)"),
            R"(The value "***" of *** is none.)");
}

TEST(error_hints_test, every_reason_has_a_hint) {
    for (const auto* reason :
            {"domain_not_verified", "no_email", "seat_limit", "uniqueness", "something else"})
        EXPECT_TRUE(how_to_fix(reason).ends_with('.')) << reason;
}

}  // namespace
}  // namespace scimd::service
