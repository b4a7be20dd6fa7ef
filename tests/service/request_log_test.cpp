// What may wait to be written to the log of requests, how long it is kept, and what of it is masked.
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

request_record note_of(directory_id where, std::string method = "POST", int status = 201)
{
    request_record note;
    note.directory = where;
    note.is_known = true;
    note.at = test::manual_clock::default_start;
    note.method = std::move(method);
    note.path = "/Users";
    note.status = status;
    return note;
}

class request_notes_test : public testing::Test {
protected:
    std::uint64_t dropped()
    {
        return metrics.counter_of("scimd_request_log_dropped_total", "Requests that the log had no room for.")
            .value();
    }
    void add(std::size_t times, const request_record& what)
    {
        for (std::size_t i = 0; i < times; ++i)
            log.note(what);
    }

    metrics_registry metrics;
    request_log log{metrics};
};

TEST_F(request_notes_test, a_directory_has_room_for_so_many_and_leaves_room_for_others)
{
    add(directory_notes_max, note_of({1}));
    EXPECT_EQ(dropped(), 0U);
    add(1, note_of({1}));
    EXPECT_EQ(dropped(), 1U);
    add(1, note_of({2}));
    EXPECT_EQ(dropped(), 1U);
    EXPECT_EQ(log.take(std::numeric_limits<std::size_t>::max()).size(), directory_notes_max + 1);
}

TEST_F(request_notes_test, reads_that_went_well_leave_room_for_what_says_more)
{
    add(directory_reads_max, note_of({1}, "GET", 200));
    EXPECT_EQ(dropped(), 0U);
    add(1, note_of({1}, "GET", 200));
    EXPECT_EQ(dropped(), 1U);
    add(1, note_of({1}, "GET", 404));
    add(1, note_of({1}));
    EXPECT_EQ(dropped(), 1U);
}

TEST_F(request_notes_test, all_directories_together_have_room_for_so_many)
{
    for (std::int64_t i = 1; i <= static_cast<std::int64_t>(request_notes_max); ++i)
        log.note(note_of({i}));
    EXPECT_EQ(dropped(), 0U);
    add(1, note_of({1}));
    EXPECT_EQ(dropped(), 1U);
}

TEST_F(request_notes_test, what_is_taken_makes_room_and_comes_in_its_order)
{
    for (std::int64_t i = 1; i <= 3; ++i)
        log.note(note_of({i}));
    const auto first = log.take(2);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].directory.value, 1);
    EXPECT_EQ(first[1].directory.value, 2);
    ASSERT_EQ(log.take(2).size(), 1U);
    EXPECT_TRUE(log.take(2).empty());
    add(directory_notes_max, note_of({1}));
    EXPECT_EQ(dropped(), 0U);
}

TEST_F(request_notes_test, strangers_get_a_few_lines_a_minute)
{
    auto stranger = note_of({1}, "GET", 401);
    stranger.is_known = false;
    add(strangers_a_minute_max, stranger);
    EXPECT_EQ(dropped(), 0U);
    add(1, stranger);
    EXPECT_EQ(dropped(), 1U);
    add(1, note_of({1}));
    EXPECT_EQ(dropped(), 1U) << "whoever has a token is no stranger";
    stranger.at += 1min;
    add(1, stranger);
    EXPECT_EQ(dropped(), 1U);
}

TEST_F(request_notes_test, users_get_some_lines_a_minute_beside_those_of_their_directory)
{
    auto own = note_of({1}, "GET", 403);
    own.user = "diruser_1";
    add(users_a_minute_max, own);
    EXPECT_EQ(dropped(), 0U);
    own.user = "diruser_2";
    add(1, own);
    EXPECT_EQ(dropped(), 1U) << "all users of a directory together";
    add(1, note_of({1}));
    auto elsewhere = own;
    elsewhere.directory = {2};
    add(1, elsewhere);
    EXPECT_EQ(dropped(), 1U);
    own.at += 1min;
    add(1, own);
    EXPECT_EQ(dropped(), 1U);
}

TEST_F(request_notes_test, strangers_cannot_fill_the_memory_with_directories)
{
    auto stranger = note_of({1}, "GET", 401);
    stranger.is_known = false;
    for (std::size_t i = 1; i <= strangers_directories_max; ++i) {
        stranger.directory = {static_cast<std::int64_t>(i)};
        log.note(stranger);
    }
    EXPECT_EQ(dropped(), 0U);
    stranger.directory = {static_cast<std::int64_t>(strangers_directories_max) + 1};
    log.note(stranger);
    EXPECT_EQ(dropped(), 1U);
}

class retention_test : public testing::Test {
protected:
    void write() { write_line(store.tx(), to_line(note_now()), keep); }
    request_record note_now()
    {
        auto note = note_of(here.id);
        note.at = store.tx().now();
        return note;
    }
    std::size_t count()
    {
        std::size_t seen = 0;
        store::request_log::list(
            store.tx(),
            here.id,
            {},
            std::numeric_limits<std::int64_t>::max(),
            [&](const auto&) {
                ++seen;
                return true;
            }
        );
        return seen;
    }

    test::temp_store store;
    const store::tenants::directory here = store.add_directory();
    request_retention keep{.entries_max = 3, .kept_for = 24h};
};

TEST_F(retention_test, the_newest_are_kept)
{
    for (int i = 0; i < 3; ++i)
        write();
    EXPECT_FALSE(trim_requests(store.tx(), here.id, keep));
    EXPECT_EQ(counter_of(), 3U);
    write();
    EXPECT_FALSE(trim_requests(store.tx(), here.id, keep));
    EXPECT_EQ(counter_of(), 3U);
}

TEST_F(retention_test, they_are_kept_for_so_long)
{
    write();
    store.advance(24h);
    EXPECT_FALSE(trim_old_requests(store.tx(), keep));
    EXPECT_EQ(counter_of(), 1U);
    store.advance(1us);
    EXPECT_FALSE(trim_old_requests(store.tx(), keep));
    EXPECT_EQ(counter_of(), 0U);
}

TEST(mask_test, bodies_keep_their_shape_and_nothing_else)
{
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

TEST(mask_test, a_body_that_stays_large_is_described)
{
    std::string text = "{";
    for (int i = 0; i < 500; ++i)
        text += (i > 0 ? ",\"" : "\"") + ("attribute" + std::to_string(i)) + "\":true";
    text += "}";
    EXPECT_EQ(mask_body(text), "large, " + std::to_string(text.size()) + " bytes");
}

TEST(mask_test, queries_keep_what_scim_knows)
{
    EXPECT_EQ(
        mask_query({{"filter", R"(userName eq "anna" and active eq true)"}, {"count", "5"}, {"x", "y"}}),
        R"(filter=userName eq "***" and active eq ***&count=5&x=***)"
    );
    EXPECT_EQ(mask_query({{"filter", R"(userName eq "anna)"}}), R"(filter=userName eq "***)");
    EXPECT_EQ(mask_query({{"attributes", "anna@acme.com"}, {"a b", ""}}), "attributes=***&***=***");
}

TEST(mask_test, details_keep_their_words)
{
    EXPECT_EQ(mask_detail("userName is taken."), "userName is taken.");
    EXPECT_EQ(mask_detail("User anna does not exist.", "anna"), "User *** does not exist.");
    EXPECT_EQ(mask_detail("User diruser_7 does not exist.", "diruser_7"), "User diruser_7 does not exist.");
    EXPECT_EQ(mask_detail("There is no endpoint /anna."), "There is no endpoint ***");
    EXPECT_EQ(
        mask_detail(R"(The value "anna" of anna@acme.com is none.)"), R"(The value "***" of *** is none.)"
    );
}

TEST(refusal_help_test, every_reason_has_a_sentence_that_helps)
{
    for (const auto* reason :
         {"domain_not_verified", "no_email", "seat_limit", "uniqueness", "something else"})
        EXPECT_TRUE(how_to_fix(reason).ends_with('.')) << reason;
}

}  // namespace
}  // namespace scimd::service
