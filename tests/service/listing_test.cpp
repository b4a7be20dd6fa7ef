// The limits of a page: rows examined and resources shown. The other tests of lists are in tests/api.
#include "service/lists/listing.hpp"

#include "service/scim/representation.hpp"
#include "service_fixture.hpp"
#include "support/fixed_random.hpp"
#include "support/large_group.hpp"

#include <gtest/gtest.h>

namespace scimd::service {
namespace {

class list_test : public testing::Test {
protected:
    struct shown {
        std::vector<std::string> names;
        scim::list_head head;
    };

    // The attribute `name` of each resource on a page.
    shown show(std::string_view endpoint, std::string_view name, scim::list_request asked,
            const list_bounds& bounds) {
        const scim::resource_type* const types[] = {&fixture.type(endpoint)};
        const auto query = scim::resolve(std::move(asked), types).value();
        spooled_text text;
        auto made = list(fixture.tx(), fixture.who, query, seal, text, bounds).value().value();
        shown found{{}, std::move(made.head)};
        const auto body = parse_json_object(std::move(text).take()).value();
        for (const auto& each : body.at("Resources").as_array())
            found.names.emplace_back(each.at(name).as_string());
        EXPECT_EQ(body.at("itemsPerPage").as_int64(), static_cast<std::int64_t>(found.names.size()));
        return found;
    }

    service_fixture fixture;
    test::fixed_random random;
    vault key_vault{[this] {
                        std::vector<master_key> keys;
                        keys.push_back(make_master_key(random));
                        return keys;
                    }(),
            random};
    cursor_seal seal{key_vault, random};
};

class listing_test : public list_test {
protected:
    listing_test() {
        for (int i = 0; i < 23; ++i) {
            const auto* const title = i == 4 || i == 20 ? R"(,"title":"Boss")" : R"(,"title":"Clerk")";
            fixture.create("Users", user_body("u" + std::to_string(i), "acme.com", title));
        }
    }

    page list_page(std::string_view filter, std::string_view cursor, const list_bounds& bounds = {}) {
        const scim::list_request asked{
                .filter = std::string(filter), .page = {.count = 1, .cursor = std::string(cursor)}};
        const scim::resource_type* const users[] = {&fixture.type("Users")};
        const auto query = scim::resolve(asked, users).value();
        spooled_text text;
        return list(fixture.tx(), fixture.who, query, seal, text, bounds).value().value();
    }
};

TEST_F(listing_test, a_page_looks_at_so_many_rows_and_says_that_there_is_more) {
    const list_bounds bounds{.examined_rows_max = 6};
    const std::string_view filter = R"(title eq "Boss")";
    std::vector<std::size_t> sizes;
    std::vector<std::string> cursors{""};
    do {
        const auto made = list_page(filter, cursors.back(), bounds);
        sizes.push_back(made.count);
        cursors.push_back(made.head.next_cursor);
    } while (!cursors.back().empty() && sizes.size() < 20);
    // 6 of 23 rows a page; the page with a match continues to look for another one.
    EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 0, 0, 1}));

    // Backwards: the same rows in reverse.
    auto made = list_page(filter, cursors[3], bounds);
    std::size_t met = 0;
    for (int pages = 0; !made.head.previous_cursor.empty() && pages < 20; ++pages) {
        made = list_page(filter, made.head.previous_cursor, bounds);
        met += made.count;
    }
    EXPECT_EQ(met, 1U);
}

TEST_F(listing_test, a_total_that_costs_too_much_is_left_out) {
    const std::string_view matched = R"(title eq "Boss")";
    EXPECT_EQ(list_page(matched, "", {.counted_rows_max = 23}).head.total_results, 2U);
    EXPECT_FALSE(list_page(matched, "", {.counted_rows_max = 22}).head.total_results.has_value());
    // A total that the store can count is always present.
    EXPECT_EQ(list_page("active eq true", "", {.counted_rows_max = 1}).head.total_results, 23U);
}

TEST_F(listing_test, only_index_look_ups_have_the_read_intent) {
    const auto& users = fixture.type("Users");
    const auto& groups = fixture.type("Groups");
    const struct {
        std::string_view filter;
        store::intent of_users;
        store::intent of_both;
    } rows[] = {
            {R"(userName eq "x")", store::intent::read, store::intent::read},
            {R"(externalId eq "x")", store::intent::read, store::intent::read},
            {R"(emails.value eq "x")", store::intent::read, store::intent::read},
            {R"(emails[value eq "x"])", store::intent::read, store::intent::read},
            {R"(externalId eq "x" and active eq true)", store::intent::read, store::intent::read},
            {R"(id eq "diruser_1")", store::intent::read, store::intent::read},
            {R"(id eq "nothing")", store::intent::read, store::intent::read},
            {R"(displayName eq "x")", store::intent::read, store::intent::read},
            // Filters evaluated in memory may examine any number of rows or values.
            {R"(userName eq "x" and title pr)", store::intent::scan, store::intent::scan},
            {R"(emails.value eq "x" and title co "zz")", store::intent::scan, store::intent::scan},
            {R"(emails.type eq "work")", store::intent::scan, store::intent::scan},
            {R"(emails[type eq "work" and value eq "x"])", store::intent::scan, store::intent::scan},
            {R"(groups.value eq "dirgroup_1")", store::intent::scan, store::intent::scan},
            {R"(active eq true)", store::intent::scan, store::intent::scan},
            {R"(not (userName eq "x"))", store::intent::scan, store::intent::scan},
            {R"(emails.value ne "x")", store::intent::scan, store::intent::scan},
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

// Pages of groups a, b, c, d with 2, 1, 3 and 1 members.
class listing_members_limit_test : public list_test {
protected:
    listing_members_limit_test() {
        std::vector<std::string> users;
        for (int i = 0; i < 3; ++i)
            users.push_back(fixture.add_user("m" + std::to_string(i)));
        fixture.add_group("a", {users[0], users[1]});
        fixture.add_group("b", {users[0]});
        fixture.add_group("c", users);
        fixture.add_group("d", {users[2]});
    }

    shown groups(const scim::page_request& at, std::int64_t members_max, bool is_inline = false) {
        const list_bounds bounds{.members_max = members_max, .is_inline = is_inline};
        return show("Groups", "displayName", {.sort_by = "displayName", .page = at}, bounds);
    }
};

using texts = std::vector<std::string>;

TEST_F(listing_members_limit_test, a_page_by_index_ends_before_it_lists_too_many_members) {
    EXPECT_EQ(groups({.start_index = 1, .count = 10}, 7).names, (texts{"a", "b", "c", "d"}));
    EXPECT_EQ(groups({.start_index = 1, .count = 10}, 6).names, (texts{"a", "b", "c"}));
    const auto cut = groups({.start_index = 1, .count = 10}, 5);
    EXPECT_EQ(cut.names, (texts{"a", "b"}));
    EXPECT_EQ(cut.head.total_results, 4U);
    // One group is always shown, or no client could get past it.
    EXPECT_EQ(groups({.start_index = 3, .count = 10}, 1).names, (texts{"c"}));
}

TEST_F(listing_members_limit_test, cursors_visit_all_groups_forwards_and_backwards) {
    texts there;
    std::string cursor;
    std::string last;
    for (int pages = 0; pages < 10; ++pages) {
        const auto page = groups({.count = 10, .cursor = cursor}, 3);
        there.insert(there.end(), page.names.begin(), page.names.end());
        last = page.head.previous_cursor;
        cursor = page.head.next_cursor;
        if (cursor.empty())
            break;
    }
    EXPECT_EQ(there, (texts{"a", "b", "c", "d"}));
    EXPECT_EQ(groups({.count = 10, .cursor = last}, 3).names, (texts{"c"}));

    texts back;
    for (int pages = 0; pages < 10 && !last.empty(); ++pages) {
        const auto page = groups({.count = 10, .cursor = last}, 3);
        back.insert(back.begin(), page.names.begin(), page.names.end());
        last = page.head.previous_cursor;
    }
    EXPECT_EQ(back, (texts{"a", "b", "c"}));
}

// Each user has some 600 bytes; the limit is reached by the second user of a page.
class listing_bytes_limit_test : public list_test {
protected:
    listing_bytes_limit_test() {
        for (const auto* name : {"a", "b", "c", "d", "e"})
            fixture.create(
                    "Users", user_body(name, "acme.com", R"(,"title":")" + std::string(500, 't') + '"'));
    }

    shown users(scim::list_request asked, std::size_t bytes_max) {
        return show("Users", "userName", std::move(asked), {.document_bytes_max = bytes_max});
    }
};

TEST_F(listing_bytes_limit_test, a_page_by_index_ends_with_the_document_that_reaches_the_limit) {
    for (const auto* filter : {"", R"(title sw "t")", R"(title sw "t" and not (nickName pr))"}) {
        for (const auto* order : {"", "userName", "title"}) {
            const auto page = [&](std::uint64_t start, std::size_t bytes_max) {
                scim::list_request asked{.page = {.start_index = start, .count = 10}};
                if (*filter)
                    asked.filter = filter;
                if (*order)
                    asked.sort_by = order;
                return users(std::move(asked), bytes_max);
            };
            const std::string which = std::string(filter) + " by " + order;
            EXPECT_EQ(page(1, 100'000).names, (texts{"a", "b", "c", "d", "e"})) << which;
            const auto cut = page(1, 1'000);
            EXPECT_EQ(cut.names, (texts{"a", "b"})) << which;
            EXPECT_EQ(cut.head.total_results, 5U) << which;
            EXPECT_EQ(page(3, 1'000).names, (texts{"c", "d"})) << which;
            EXPECT_EQ(page(5, 1'000).names, (texts{"e"})) << which;
            EXPECT_EQ(page(1, 1).names, (texts{"a"})) << which << ": one is always shown";
        }
    }
}

TEST_F(listing_bytes_limit_test, cursors_visit_all_resources_forwards_and_backwards) {
    for (const auto* order : {"userName", "title"}) {
        texts there;
        std::string cursor;
        std::string last;
        for (int pages = 0; pages < 10; ++pages) {
            const auto page = users({.sort_by = order, .page = {.count = 10, .cursor = cursor}}, 1'000);
            there.insert(there.end(), page.names.begin(), page.names.end());
            last = page.head.previous_cursor;
            cursor = page.head.next_cursor;
            if (cursor.empty())
                break;
        }
        EXPECT_EQ(there, (texts{"a", "b", "c", "d", "e"})) << order;
        const auto back = users({.sort_by = order, .page = {.count = 10, .cursor = last}}, 1'000);
        EXPECT_EQ(back.names, (texts{"c", "d"})) << order;
    }
}

// More than the 4 MiB of a block.
TEST_F(list_test, pages_of_large_documents_are_complete) {
    std::string photos;
    for (char letter = 'a'; letter < 'p'; ++letter)
        photos.append(photos.empty() ? "" : ",")
                .append(R"({"value":")" + std::string(60'000, letter) + "\"}");
    texts all;
    for (int i = 10; i < 20; ++i) {
        all.push_back("u" + std::to_string(i));
        fixture.create(
                "Users", user_body(all.back(), "acme.com", R"(,"title":"t","photos":[)" + photos + ']'));
    }
    for (const auto* filter : {"", R"(title eq "t")"}) {
        scim::list_request asked{.sort_by = "userName", .page = {.count = 10, .cursor = ""}};
        if (*filter)
            asked.filter = filter;
        EXPECT_EQ(show("Users", "userName", asked, {}).names, all) << filter;
        asked.page = {.start_index = 1, .count = 10};
        EXPECT_EQ(show("Users", "userName", asked, {}).names, all) << filter;
    }
}

TEST_F(listing_members_limit_test, inline_reads_leave_long_pages_to_the_reader_pool) {
    const auto ask = [&](std::int64_t members) {
        test::write_members(fixture.tx(), fixture.who.directory,
                test::number_in(fixture.add_group("all" + std::to_string(members))),
                test::write_users(fixture.tx(), fixture.who.directory, "x" + std::to_string(members),
                        static_cast<std::size_t>(members)));
        const scim::list_request asked{.filter = "displayName eq \"all" + std::to_string(members) + "\""};
        const scim::resource_type* const types[] = {&fixture.type("Groups")};
        const auto query = scim::resolve(asked, types).value();
        EXPECT_EQ(intent_of(query), store::intent::read);
        spooled_text text;
        const auto made = list(fixture.tx(), fixture.who, query, seal, text, {.is_inline = true}).value();
        EXPECT_EQ(made.has_value(), text.size() > 0);
        return made.has_value();
    };
    EXPECT_TRUE(ask(members_inline_max));
    EXPECT_FALSE(ask(members_inline_max + 1));
}

TEST_F(listing_test, an_index_look_up_reads_no_members_one_by_one) {
    const scim::resource_type* const types[] = {&fixture.type("Groups")};
    const auto intent_for = [&](std::string filter) {
        return intent_of(scim::resolve({.filter = std::move(filter)}, types).value());
    };
    EXPECT_EQ(intent_for(R"(displayName eq "All")"), store::intent::read);
    EXPECT_EQ(intent_for(R"(displayName eq "All" and members eq "diruser_1")"), store::intent::read);
    EXPECT_EQ(intent_for(R"(displayName eq "All" and members.display sw "A")"), store::intent::scan);
    EXPECT_EQ(intent_for(R"(members.value eq "diruser_1")"), store::intent::scan);
}

}  // namespace
}  // namespace scimd::service
