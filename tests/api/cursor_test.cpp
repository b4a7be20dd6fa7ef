// Cursor-based pagination (RFC 9865).
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

// Sort orders: by columns with and without missing values, and by an attribute without a column.
constexpr std::string_view orders[] = {
        "",
        "&sortBy=id&sortOrder=descending",
        "&sortBy=userName",
        "&sortBy=userName&sortOrder=descending",
        "&sortBy=displayName",
        "&sortBy=displayName&sortOrder=descending",
        "&sortBy=externalId",
        "&sortBy=externalId&sortOrder=descending",
        "&sortBy=meta.created&sortOrder=descending",
        "&sortBy=meta.lastModified",
        "&sortBy=title",
        "&sortBy=title&sortOrder=descending",
};

// Filters that leave nothing to match in memory, and filters that leave something beside the columns.
constexpr std::string_view filters[] = {
        "",
        "&filter=active%20eq%20true",
        "&filter=title%20pr%20or%20active%20eq%20true",
        "&filter=userName%20sw%20%22u%22%20and%20not%20(title%20eq%20%22nobody%22)",
};

class cursor_test : public testing::Test {
protected:
    test::answer page(
            std::string_view cursor, std::string_view parameters, std::string_view path = "/Users") {
        return fixture.scim(
                "GET", std::string(path) + "?cursor=" + std::string(cursor) + std::string(parameters));
    }

    // All pages from the first to the last.
    std::vector<texts> pages(std::string_view parameters, std::string_view path = "/Users") {
        std::vector<texts> all;
        std::string cursor;
        do {
            const auto got = page(cursor, parameters, path);
            EXPECT_EQ(got.status, 200) << parameters << got.text;
            EXPECT_FALSE(got.body.contains("startIndex"));
            EXPECT_EQ(got.body.contains("previousCursor"), !all.empty() && !got.resources("id").empty());
            all.push_back(got.resources("id"));
            cursor = got.text_of("nextCursor");
        } while (!cursor.empty() && all.size() < 100);
        return all;
    }

    texts by_index(std::string_view parameters, std::string_view path = "/Users") {
        return fixture.scim("GET", std::string(path) + "?count=1000" + std::string(parameters))
                .resources("id");
    }

    static texts joined(const std::vector<texts>& parts) {
        texts all;
        for (const auto& part : parts)
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }

    std::string add(int number) {
        fixture.clock.advance(std::chrono::milliseconds(number % 3 == 0 ? 0 : 1));
        std::string more;
        if (number % 2 == 0)
            more += R"(,"title":"T)" + std::to_string(number % 5) + "\"";
        if (number % 3 == 0)
            more += R"(,"displayName":"D)" + std::to_string(number % 4) + "\"";
        if (number % 4 == 0)
            more += R"(,"externalId":"x)" + std::to_string(number) + "\"";
        more += number % 7 == 0 ? R"(,"active":false)" : R"(,"active":true)";
        return fixture.make_user("u" + std::to_string(number * 7919 % 1'000), more);
    }

    void expect_error(const test::answer& got, std::string_view scim_type, std::string_view detail) {
        EXPECT_EQ(got.status, 400) << got.text;
        EXPECT_EQ(got.text_of("scimType"), scim_type);
        EXPECT_NE(got.text_of("detail").find(detail), std::string::npos) << got.text;
    }

    test::api_fixture fixture;
};

TEST_F(cursor_test, pages_are_those_by_index_in_every_order_with_every_filter) {
    for (int i = 0; i < 40; ++i)
        add(i);
    for (const auto order : orders) {
        for (const auto filter : filters) {
            const auto parameters = std::string(order) + std::string(filter);
            const auto all = by_index(parameters);
            ASSERT_GT(all.size(), 20U);
            for (const auto* count : {"&count=1", "&count=7", "&count=1000"})
                EXPECT_EQ(joined(pages(parameters + count)), all) << parameters << count;
        }
    }
}

TEST_F(cursor_test, lead_back_to_the_previous_pages) {
    for (int i = 0; i < 25; ++i)
        add(i);
    for (const auto order : orders) {
        for (const auto filter : filters) {
            const auto parameters = std::string(order) + std::string(filter) + "&count=6";
            std::vector<test::answer> seen{page("", parameters)};
            while (!seen.back().text_of("nextCursor").empty())
                seen.push_back(page(seen.back().text_of("nextCursor"), parameters));
            ASSERT_GT(seen.size(), 3U);
            auto back = seen.back();
            for (auto i = seen.size() - 1; i > 0; --i) {
                ASSERT_NE(back.text_of("previousCursor"), "") << parameters << i;
                back = page(back.text_of("previousCursor"), parameters);
                EXPECT_EQ(back.resources("id"), seen[i - 1].resources("id")) << parameters << i;
                const auto forth = page(back.text_of("nextCursor"), parameters);
                EXPECT_EQ(forth.resources("id"), seen[i].resources("id")) << parameters << i;
            }
            EXPECT_EQ(back.text_of("previousCursor"), "") << parameters;
        }
    }
}

TEST_F(cursor_test, come_with_the_total_number) {
    for (int i = 0; i < 15; ++i)
        add(i);
    for (const auto filter : filters) {
        for (const auto order : orders) {
            const auto parameters = std::string(order) + std::string(filter);
            const auto total = static_cast<std::int64_t>(by_index(parameters).size());
            const auto first = page("", parameters + "&count=4");
            EXPECT_EQ(first.body.at("totalResults").as_int64(), total) << parameters;
            EXPECT_EQ(first.body.at("itemsPerPage").as_int64(), 4);
            const auto second = page(first.text_of("nextCursor"), parameters + "&count=4");
            EXPECT_EQ(second.body.at("totalResults").as_int64(), total) << parameters;
        }
    }
}

TEST_F(cursor_test, a_page_that_ends_with_the_list_is_the_last) {
    for (int i = 0; i < 6; ++i)
        add(i);
    EXPECT_EQ(pages("&count=3").size(), 2U);
    EXPECT_EQ(pages("&count=6").size(), 1U);
    EXPECT_EQ(pages("&count=5").size(), 2U);
    EXPECT_EQ(pages("&count=5&filter=title%20eq%20%22nobody%22").size(), 1U);
}

TEST_F(cursor_test, work_without_a_count_and_with_count_zero) {
    for (int i = 0; i < 3; ++i)
        add(i);
    EXPECT_EQ(page("", "").resources("id").size(), 3U);
    for (const auto* count : {"&count=0", "&count=-1"}) {
        const auto none = page("", count);
        EXPECT_EQ(none.resources("id").size(), 0U);
        EXPECT_EQ(none.body.at("totalResults").as_int64(), 3);
        EXPECT_EQ(none.text_of("nextCursor"), "");
    }
    // RFC 9865 §2: a parameter without a value is the empty one.
    EXPECT_EQ(fixture.scim("GET", "/Users?cursor&count=2").resources("id").size(), 2U);
    EXPECT_EQ(fixture.scim("GET", "/Users?CURSOR=&count=2").resources("id").size(), 2U);
}

TEST_F(cursor_test, consist_of_url_safe_characters) {
    for (int i = 0; i < 3; ++i)
        add(i);
    for (const auto order : orders) {
        const auto cursor = page("", std::string(order) + "&count=1").text_of("nextCursor");
        EXPECT_NE(cursor, "");
        for (const char one : cursor)
            EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(one)) ||
                        std::string_view("-._~").find(one) != std::string_view::npos);
    }
}

TEST_F(cursor_test, belong_to_one_query) {
    for (int i = 0; i < 6; ++i)
        add(i);
    fixture.make_group("One");
    const std::string parameters = "&count=2&sortBy=userName&filter=active%20eq%20true";
    const auto cursor = page("", parameters).text_of("nextCursor");
    EXPECT_EQ(page(cursor, parameters).status, 200);
    EXPECT_EQ(page(cursor, parameters + "&attributes=userName").status, 200);
    const std::string others[] = {
            "&count=2&sortBy=userName",
            "&count=2&filter=active%20eq%20true",
            "&count=2&sortBy=displayName&filter=active%20eq%20true",
            "&count=2&sortBy=userName&sortOrder=descending&filter=active%20eq%20true",
            "&count=2&sortBy=userName&filter=active%20eq%20false",
    };
    for (const auto& other : others)
        expect_error(page(cursor, other), "invalidCursor", "The cursor is none of this query.");
    const auto plain = page("", "&count=1").text_of("nextCursor");
    expect_error(page(plain, "&count=1", "/Groups"), "invalidCursor", "The cursor is none of this query.");
    expect_error(page(plain, "&count=1", "/"), "invalidCursor", "The cursor is none of this query.");
}

TEST_F(cursor_test, belong_to_one_directory) {
    for (int i = 0; i < 3; ++i)
        add(i);
    const auto cursor = page("", "&count=1").text_of("nextCursor");
    ASSERT_EQ(page(cursor, "&count=1").status, 200);
    fixture.directory = fixture.make_directory(fixture.organization);
    fixture.token = fixture.make_token(fixture.directory);
    expect_error(page(cursor, "&count=1"), "invalidCursor", "The cursor is none of this query.");
}

TEST_F(cursor_test, belong_to_one_page_size) {
    for (int i = 0; i < 3; ++i)
        add(i);
    const auto cursor = page("", "&count=1").text_of("nextCursor");
    expect_error(
            page(cursor, "&count=2"), "invalidCount", "The cursor is of pages with a count of 1, not 2.");
    expect_error(
            page(cursor, "&count=0"), "invalidCount", "The cursor is of pages with a count of 1, not 0.");
    expect_error(page(cursor, ""), "invalidCount", "The cursor is of pages with a count of 1, not 100.");
    expect_error(page("", "&count=one"), "invalidCount", "count must be an integer, not 'one'.");
    // A count beyond the maximum is the maximum.
    EXPECT_EQ(page("", "&count=5000").status, 200);
}

TEST_F(cursor_test, cannot_be_forged_or_altered) {
    for (int i = 0; i < 3; ++i)
        add(i);
    const auto cursor = page("", "&count=1").text_of("nextCursor");
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto changed = cursor;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const bool is_last = i + 1 == cursor.size();  // its last bits may be unused
        EXPECT_TRUE(is_last || page(changed, "&count=1").text_of("scimType") == "invalidCursor") << i;
        EXPECT_EQ(page(cursor.substr(0, i), "&count=1").status, i == 0 ? 200 : 400) << i;
    }
    for (const auto* made : {"x", "v1.", "v1.00000000.AAAA", "MTA=", "%20x", "1"})
        expect_error(page(made, "&count=1"), "invalidCursor", "The cursor is none of this query.");
}

TEST_F(cursor_test, expire) {
    for (int i = 0; i < 3; ++i)
        add(i);
    const auto cursor = page("", "&count=1").text_of("nextCursor");
    fixture.clock.advance(std::chrono::seconds(3'599));
    EXPECT_EQ(page(cursor, "&count=1").status, 200);
    fixture.clock.advance(std::chrono::seconds(1));
    expect_error(page(cursor, "&count=1"), "expiredCursor", "One is good for 3600 seconds");
}

TEST_F(cursor_test, cannot_be_combined_with_start_index) {
    add(1);
    expect_error(page("", "&startIndex=1"), "invalidValue", "startIndex and cursor are two ways to page");
    const auto plain = fixture.scim("GET", "/Users?count=0");
    EXPECT_EQ(plain.body.at("startIndex").as_int64(), 1);
    EXPECT_FALSE(plain.body.contains("nextCursor"));
}

TEST_F(cursor_test, survive_the_deletion_of_neighbouring_resources) {
    texts ids;
    for (int i = 0; i < 9; ++i)
        ids.push_back(add(i));
    const auto second = page(page("", "&count=3").text_of("nextCursor"), "&count=3");
    for (int i = 0; i < 3; ++i)
        fixture.scim("DELETE", "/Users/" + ids[i]);
    const auto back = page(second.text_of("previousCursor"), "&count=3");
    EXPECT_EQ(back.status, 200);
    EXPECT_TRUE(back.resources("id").empty());
    EXPECT_EQ(back.text_of("previousCursor"), "");
    const auto forth = page(back.text_of("nextCursor"), "&count=3");
    EXPECT_EQ(forth.resources("id"), (texts{ids[3], ids[4], ids[5]}));
    for (int i = 6; i < 9; ++i)
        fixture.scim("DELETE", "/Users/" + ids[i]);
    const auto behind = page(second.text_of("nextCursor"), "&count=3");
    EXPECT_EQ(behind.status, 200);
    EXPECT_TRUE(behind.resources("id").empty());
    EXPECT_EQ(behind.text_of("nextCursor"), "");
}

// Every resource that exists unchanged from the first page to the last is listed exactly once.
TEST_F(cursor_test, visit_each_stable_resource_once_despite_insertions_and_deletions) {
    const auto seed = std::random_device()();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    int number = 0;
    texts ids;
    for (; number < 60; ++number)
        ids.push_back(add(number));
    for (const auto order : orders) {
        const auto filter = filters[random() % std::size(filters)];
        const auto parameters =
                std::string(order) + std::string(filter) + "&count=" + std::to_string(1 + random() % 9);
        auto before = by_index(std::string(order) + std::string(filter));
        std::set<std::string> stable(before.begin(), before.end());
        std::set<std::string> seen;
        std::string cursor;
        do {
            const auto got = page(cursor, parameters);
            ASSERT_EQ(got.status, 200) << parameters << got.text;
            for (const auto& id : got.resources("id"))
                EXPECT_TRUE(seen.insert(id).second) << parameters << ": " << id << " came twice";
            cursor = got.text_of("nextCursor");
            for (auto i = random() % 3; i > 0; --i)
                ids.push_back(add(number++));
            for (auto i = random() % 3; i > 0; --i) {
                const auto gone = ids.begin() + static_cast<std::ptrdiff_t>(random() % ids.size());
                fixture.scim("DELETE", "/Users/" + *gone);
                stable.erase(*gone);
                ids.erase(gone);
            }
        } while (!cursor.empty() && number < 900);
        EXPECT_TRUE(std::ranges::includes(seen, stable)) << parameters;
    }
}

}  // namespace
}  // namespace scimd::api
