// GET /api/v1/events.
#include "store/event_log.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::api {
namespace {

class manage_events_test : public testing::Test {
protected:
    test::answer read(const std::string& query) { return fixture.operate("GET", "/api/v1/events" + query); }
    test::answer read() { return read("?after=" + fixture.start); }

    static std::vector<std::string> users(const test::answer& page) {
        std::vector<std::string> names;
        for (const auto& event : page.body.at("events").as_array())
            if (const auto* name = find_string(event.at("data").as_object(), "preferred_username"))
                names.emplace_back(*name);
        return names;
    }

    static bool has_more(const test::answer& page) { return page.body.at("has_more").as_bool(); }

    void add_users(int count) {
        for (int i = 0; i < count; ++i)
            fixture.make_user("user" + std::to_string(i));
    }

    test::api_fixture fixture;
};

TEST_F(manage_events_test, an_empty_log_is_an_empty_page) {
    EXPECT_EQ(read().text, R"({"events":[],"next_cursor":")" + fixture.start + R"(","has_more":false})");
}

TEST_F(manage_events_test, cursors_lead_from_page_to_page) {
    add_users(5);
    std::vector<std::string> all;
    std::string cursor = fixture.start;
    bool goes_on = true;
    int pages = 0;
    while (goes_on && pages < 10) {
        const auto page = read("?limit=2&after=" + cursor);
        ASSERT_EQ(page.status, 200) << page.text;
        const auto some = users(page);
        all.insert(all.end(), some.begin(), some.end());
        cursor = page.text_of("next_cursor");
        goes_on = has_more(page);
        ++pages;
    }
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(all, (std::vector<std::string>{"user0", "user1", "user2", "user3", "user4"}));
    // The cursor stays good at the end, and finds what comes later.
    const auto end = read("?after=" + cursor);
    EXPECT_EQ(end.body.at("events").as_array().size(), 0U);
    EXPECT_EQ(end.text_of("next_cursor"), cursor);
    fixture.make_user("late");
    EXPECT_EQ(users(read("?after=" + cursor)), (std::vector<std::string>{"late"}));
}

TEST_F(manage_events_test, a_page_that_holds_all_has_no_more) {
    add_users(3);
    EXPECT_FALSE(has_more(read("?limit=3&after=" + fixture.start)));
    EXPECT_TRUE(has_more(read("?limit=2&after=" + fixture.start)));
    EXPECT_FALSE(has_more(read()));
}

TEST_F(manage_events_test, each_event_s_cursor_leads_behind_it) {
    add_users(3);
    const auto page = read();
    const std::string second(page.body.at("events").at(1).at("cursor").as_string());
    EXPECT_EQ(users(read("?after=" + second)), (std::vector<std::string>{"user2"}));
    EXPECT_EQ(page.text_of("next_cursor"), page.body.at("events").at(2).at("cursor").as_string());
}

TEST_F(manage_events_test, a_directory_s_events_are_read_by_sequence) {
    constexpr std::int64_t own_story = 3;  // the directory created and enabled, its token created
    add_users(2);
    const auto first = fixture.directory;
    fixture.directory = fixture.make_directory(fixture.organization);
    fixture.token = fixture.make_token(fixture.directory);
    fixture.make_user("elsewhere");

    EXPECT_EQ(users(read()).size(), 3U);
    const auto own = "?directory_id=" + first;
    const auto behind = [&](std::int64_t number) {
        return own + "&after_sequence=" + std::to_string(number);
    };
    EXPECT_EQ(users(read(own)), (std::vector<std::string>{"user0", "user1"}));
    EXPECT_EQ(users(read(behind(own_story + 1))), (std::vector<std::string>{"user1"}));
    EXPECT_EQ(users(read(behind(own_story + 2))).size(), 0U);
    EXPECT_TRUE(has_more(read(own + "&limit=1")));
    EXPECT_EQ(users(read("?directory_id=" + fixture.directory)), (std::vector<std::string>{"elsewhere"}));
    EXPECT_EQ(users(read("?directory_id=dir_1")).size(), 0U);
}

TEST_F(manage_events_test, types_organizations_and_directories_are_chosen) {
    add_users(2);
    fixture.make_group("staff");
    const auto count = [&](const std::string& query) {
        return read("?" + query).body.at("events").as_array().size();
    };
    EXPECT_EQ(count("types=organization.directory.user_created"), 2U);
    EXPECT_EQ(count("types=organization.directory.group_*,organization.directory.user_deleted"), 1U);
    EXPECT_EQ(count("types=organization.directory.user_deleted"), 0U);
    EXPECT_EQ(count("organization_id=" + fixture.organization + "&types=organization.directory.*"),
            5U);  // made, a token
    EXPECT_EQ(count("organization_id=org_1"), 0U);
    EXPECT_EQ(count("directory_id=" + fixture.directory + "&types=organization.directory.*"), 5U);
    EXPECT_EQ(count("directory_id=dir_1"), 0U);
}

TEST_F(manage_events_test, a_cursor_leads_on_in_a_directory_too_and_behind_what_was_not_chosen) {
    add_users(3);
    const auto first =
            read("?limit=1&directory_id=" + fixture.directory + "&types=organization.directory.user_*");
    const auto rest = read("?directory_id=" + fixture.directory +
                           "&types=organization.directory.user_*&after=" + first.text_of("next_cursor"));
    EXPECT_EQ(users(rest), (std::vector<std::string>{"user1", "user2"}));
    // Nothing chosen, but looked at: the cursor has moved on.
    const auto none = read("?types=organization.directory.user_deleted");
    EXPECT_EQ(none.text_of("next_cursor"), rest.text_of("next_cursor"));
    EXPECT_FALSE(has_more(none));
}

TEST_F(manage_events_test, positions_before_deleted_events_are_gone) {
    add_users(4);
    const auto page = read("?types=organization.directory.user_created");
    const auto all = page.body.at("events").as_array();
    const auto cursor = [&](std::size_t index) {
        return std::string(all.at(index).at("cursor").as_string());
    };
    store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
        const auto second = parse_prefixed(cursor(1), "c_");
        EXPECT_GE(store::event_log::delete_up_to(tx, {*second}, 1'000), 2);
        return store::verdict::commit;
    });
    const auto gone = read("?after=" + cursor(0));
    EXPECT_EQ(gone.status, 410);
    EXPECT_NE(gone.text.find("have been deleted"), std::string::npos) << gone.text;
    EXPECT_EQ(users(read("?after=" + cursor(1))), (std::vector<std::string>{"user2", "user3"}));
    EXPECT_EQ(users(read("?limit=100")),
            (std::vector<std::string>{"user2", "user3"}));  // from the oldest that is kept
    const auto in_directory = "?directory_id=" + fixture.directory;
    const auto sequence = [&](std::size_t index) { return all.at(index).at("sequence").as_int64(); };
    EXPECT_EQ(read(in_directory + "&after_sequence=" + std::to_string(sequence(0))).status, 410);
    EXPECT_EQ(users(read(in_directory + "&after_sequence=" + std::to_string(sequence(1)))),
            (std::vector<std::string>{"user2", "user3"}));
    EXPECT_EQ(users(read(in_directory + "&after=" + cursor(2))), (std::vector<std::string>{"user3"}));
    EXPECT_TRUE(fixture.database->check().empty());
}

TEST_F(manage_events_test, a_search_goes_from_the_newest_back_and_forth) {
    add_users(5);
    const auto search = [&](const std::string& query, const std::string& filter = "{}") {
        return fixture.operate("POST", "/api/v1/events" + query, filter);
    };
    const std::string only_users = R"({"event_types":["organization.directory.user_created"]})";
    const auto newest = search("?page_size=2", only_users);
    ASSERT_EQ(newest.status, 200) << newest.text;
    EXPECT_EQ(users(newest), (std::vector<std::string>{"user4", "user3"}));
    EXPECT_EQ(newest.text_of("prev_page_token"), "");
    EXPECT_EQ(newest.body.at("total_size"), 5);
    const auto older = search("?page_size=2&page_token=" + newest.text_of("next_page_token"), only_users);
    EXPECT_EQ(users(older), (std::vector<std::string>{"user2", "user1"}));
    const auto back = search("?page_size=2&page_token=" + older.text_of("prev_page_token"), only_users);
    EXPECT_EQ(users(back), (std::vector<std::string>{"user4", "user3"}));
    EXPECT_EQ(search("", R"({"source":"DIR_SYNC"})").body.at("total_size"), 7);  // made, and a token
    EXPECT_EQ(search("", R"({"end_time":"2001-01-01T00:00:00Z"})").body.at("total_size"), 0);
    EXPECT_EQ(search("", R"({"end_time":"2026-01-02T03:04:04.999Z"})").body.at("total_size"), 0);
    EXPECT_EQ(
            search("", R"({"end_time":"2026-01-02T03:04:05Z","source":"DIR_SYNC"})").body.at("total_size"), 7)
            << "with all of that millisecond";
    EXPECT_EQ(
            search("", R"({"start_time":"2001-01-01T00:00:00Z","source":"DIR_SYNC"})").body.at("total_size"),
            7);
    const std::pair<std::string, std::string> wrong[] = {
            {"?page_size=0", "{}"},
            {"?page_token=x", "{}"},
            {"", "[]"},
            {"", R"({"event_types":"x"})"},
            {"", R"({"event_types":[1]})"},
            {"", R"({"start_time":"yesterday"})"},
            {"", R"({"organization_id":"x"})"},
            {"", R"({"directory_id":7})"},
            {"", R"({"source":"ELSEWHERE"})"},
    };
    for (const auto& [query, filter] : wrong)
        EXPECT_EQ(search(query, filter).status, 400) << query << filter;
}

TEST_F(manage_events_test, what_is_no_position_is_refused) {
    add_users(1);
    struct row {
        std::string query;
        int status;
    };
    const row rows[] = {
            {"?limit=1", 200},
            {"?limit=1000", 200},
            {"?limit=0", 400},
            {"?limit=1001", 400},
            {"?limit=x", 400},
            {"?after=", 200},
            {"?after=c_1", 200},
            {"?after=1", 400},
            {"?after=c_", 400},
            {"?after=c_-1", 400},
            {"?after=c_01", 400},
            {"?after=evt_1", 200},
            {"?after=evt_", 400},
            {"?after_sequence=1", 400},
            {"?after=c_1&directory_id=" + fixture.directory + "&after_sequence=1", 400},
            {"?organization_id=x", 400},
            {"?types=organization.directory.user_created,organization.directory.*", 200},
            {"?types=*", 200},
            {"?types=**", 400},
            {"?types=User%20Created", 400},
            {"?types=a,,b", 400},
            {"?wait=0", 200},
            {"?wait=61", 400},
            {"?after=%22", 400},
            {"?directory_id=", 200},
            {"?directory_id=x", 400},
            {"?directory_id=" + fixture.organization, 400},
            {"?directory_id=" + fixture.directory + "&after_sequence=-1", 400},
            {"?directory_id=" + fixture.directory + "&after_sequence=x", 400},
            {"?directory_id=" + fixture.directory + "&after_sequence=9223372036854775807", 200},
    };
    for (const auto& row : rows)
        EXPECT_EQ(read(row.query).status, row.status) << row.query;
}

TEST_F(manage_events_test, the_answer_is_json_whatever_was_asked) {
    const auto page = read("?directory_id=" + fixture.directory + "&after=%22,%22x%22:%22");
    if (page.status == 200)
        EXPECT_EQ(page.body.size(), 3U) << page.text;
    else
        EXPECT_EQ(page.status, 400);
}

TEST_F(manage_events_test, a_page_of_large_events_ends_early_and_goes_on) {
    // Thirty events of about 240 kB are more than one page may hold.
    constexpr std::size_t many = 30;
    const std::string photo(60'000, 'p');
    for (std::size_t user = 0; user < many; ++user) {
        std::string photos;
        for (int i = 0; i < 3; ++i) {
            photos += std::string(i > 0 ? "," : "") + R"({"value":"https://x.test/)" + std::to_string(i) +
                      photo + "\"}";
        }
        fixture.make_user("user" + std::to_string(user), R"(,"photos":[)" + photos + "]");
    }
    const auto first = read();
    EXPECT_TRUE(has_more(first));
    EXPECT_LT(first.text.size(), 6U * 1024 * 1024);
    const auto rest = read("?after=" + first.text_of("next_cursor"));
    EXPECT_FALSE(has_more(rest));
    EXPECT_EQ(users(first).size() + users(rest).size(), many);
}

TEST_F(manage_events_test, the_bytes_of_an_event_are_the_same_each_time) {
    add_users(1);
    fixture.clock.advance(std::chrono::hours(1));
    const auto first = read();
    EXPECT_EQ(read().text, first.text);
    EXPECT_EQ(first.header("Content-Type"), "application/json");
}

}  // namespace
}  // namespace scimd::api
