// The bounds of a page by cursor whose filter has to be matched row by row. (All else is in tests/api.)
#include "service/listing.hpp"

#include "service_house.hpp"
#include "support/fixed_random.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

class listing_test : public testing::Test {
protected:
    listing_test()
    {
        for (int i = 0; i < 23; ++i) {
            const auto* const title = i == 4 || i == 20 ? R"(,"title":"Boss")" : R"(,"title":"Clerk")";
            house.create("Users", user_body("u" + std::to_string(i), "acme.com", title));
        }
    }

    page list_page(std::string_view filter, std::string_view cursor, const list_bounds& bounds = {})
    {
        const scim::list_request asked{
            .filter = std::string(filter), .page = {.count = 1, .cursor = std::string(cursor)}
        };
        const scim::resource_type* const users[] = {&house.type("Users")};
        const auto query = scim::resolve(asked, users).value();
        return list(house.tx(), house.who, query, seal, bounds).value();
    }

    service_house house;
    test::fixed_random random;
    vault safe{
        [this] {
            std::vector<master_key> keys;
            keys.push_back(make_master_key(random));
            return keys;
        }(),
        random
    };
    cursor_seal seal{safe, random};
};

TEST_F(listing_test, a_page_looks_at_so_many_rows_and_says_that_there_is_more)
{
    const list_bounds bounds{.examined_rows_max = 6};
    const std::string_view filter = R"(title eq "Boss")";
    std::vector<std::size_t> sizes;
    std::vector<std::string> cursors{""};
    do {
        const auto made = list_page(filter, cursors.back(), bounds);
        sizes.push_back(made.resources.size());
        cursors.push_back(made.head.next_cursor);
    } while (!cursors.back().empty() && sizes.size() < 20);
    // Of 23 rows 6 a page; the page with a match looks on for another one.
    EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 0, 0, 1}));

    // And back: the same rows the other way round.
    auto made = list_page(filter, cursors[3], bounds);
    std::size_t met = 0;
    for (int pages = 0; !made.head.previous_cursor.empty() && pages < 20; ++pages) {
        made = list_page(filter, made.head.previous_cursor, bounds);
        met += made.resources.size();
    }
    EXPECT_EQ(met, 1U);
}

TEST_F(listing_test, a_total_that_costs_too_much_is_left_out)
{
    const std::string_view matched = R"(title eq "Boss")";
    EXPECT_EQ(list_page(matched, "", {.counted_rows_max = 23}).head.total_results, 2U);
    EXPECT_FALSE(list_page(matched, "", {.counted_rows_max = 22}).head.total_results.has_value());
    // What the store can count is always told.
    EXPECT_EQ(list_page("active eq true", "", {.counted_rows_max = 1}).head.total_results, 23U);
}

TEST_F(listing_test, only_look_ups_are_reads)
{
    const auto& users = house.type("Users");
    const auto& groups = house.type("Groups");
    const struct {
        std::string_view filter;
        store::intent of_users;
        store::intent of_both;
    } rows[] = {
        {R"(userName eq "x")", store::intent::read, store::intent::read},
        {R"(externalId eq "x")", store::intent::read, store::intent::read},
        {R"(userName eq "x" and title pr)", store::intent::read, store::intent::read},
        {R"(emails[value eq "x"])", store::intent::read, store::intent::read},
        {R"(userName sw "x")", store::intent::scan, store::intent::scan},
        {R"(userName eq "x" or title pr)", store::intent::scan, store::intent::scan},
        {"userName eq null", store::intent::scan, store::intent::scan},
        {R"(title eq "x")", store::intent::scan, store::intent::scan},
    };
    const auto intent_for = [](std::string_view filter,
                               const std::vector<const scim::resource_type*>& types) {
        const scim::list_request asked{.filter = std::string(filter)};
        return intent_of(scim::resolve(asked, types).value());
    };
    for (const auto& row : rows) {
        EXPECT_EQ(intent_for(row.filter, {&users}), row.of_users) << row.filter;
        EXPECT_EQ(intent_for(row.filter, {&users, &groups}), row.of_both) << row.filter;
    }
}

}  // namespace
}  // namespace scimd::service
