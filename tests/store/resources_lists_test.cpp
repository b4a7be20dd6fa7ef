// Rows behind a place in an order.
#include "store/resources.hpp"
#include "support/recording_connection.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace scimd::store::resources {
namespace {

constexpr sort_column all_columns[] = {
        sort_column::id,
        sort_column::unique_key,
        sort_column::display_key,
        sort_column::external_id,
        sort_column::created,
        sort_column::modified,
};

class lists_test : public testing::Test {
protected:
    lists_test() {
        for (int i = 0; i < 20; ++i) {
            if (i % 3 > 0)
                store.advance(std::chrono::seconds(1));
            index_columns columns{.unique_key = "k" + std::to_string(i * 7 % 20)};
            if (i % 2 == 0)
                columns.display_key = "d" + std::to_string(i % 3);
            if (i % 5 == 0)
                columns.external_id = "x";
            insert(tx(), here, "User", "{}", columns);
        }
    }

    std::vector<std::int64_t> at_once(const ordering& order) {
        std::vector<std::int64_t> ids;
        list(tx(), here, "User", {}, order, 0, -1, [&](const row& each) {
            ids.push_back(each.id.value);
            return true;
        });
        return ids;
    }

    // Page by page, each after the last row of the previous page.
    std::vector<std::int64_t> in_blocks(const ordering& order, std::int64_t rows) {
        std::vector<std::int64_t> ids;
        std::optional<place> last;
        for (std::size_t before = 1; ids.size() != before;) {
            before = ids.size();
            list_behind(
                    tx(), here, "User", {}, order, last, rows, [&](const row& each, const sort_value& value) {
                        ids.push_back(each.id.value);
                        last = {value, each.id};
                        return true;
                    });
        }
        return ids;
    }

    transaction& tx() { return store.tx(); }

    test::temp_store store;
    const directory_id here = store.add_directory().id;
};

TEST_F(lists_test, pages_join_to_the_whole_list_in_every_order) {
    for (const auto column : all_columns) {
        for (const bool is_descending : {false, true}) {
            const ordering order{column, is_descending};
            const auto all = at_once(order);
            ASSERT_EQ(all.size(), 20U);
            for (const auto rows : {1, 3, 20, 100})
                EXPECT_EQ(in_blocks(order, rows), all) << static_cast<int>(column) << is_descending << rows;
        }
    }
}

TEST_F(lists_test, a_page_ends_when_the_visitor_stops) {
    for (const auto column : all_columns) {
        const ordering order{column, false};
        const auto all = at_once(order);
        for (std::size_t enough = 1; enough <= all.size(); ++enough) {
            std::vector<std::int64_t> ids;
            list_behind(tx(), here, "User", {}, order, {}, 100, [&](const row& each, const sort_value&) {
                ids.push_back(each.id.value);
                return ids.size() < enough;
            });
            EXPECT_EQ(ids, (std::vector(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(enough))))
                    << static_cast<int>(column);
        }
    }
}

TEST_F(lists_test, a_place_needs_no_row) {
    std::vector<std::int64_t> ids;
    const auto note = [&](const row& each, const sort_value&) {
        ids.push_back(each.id.value);
        return true;
    };
    const ordering by_key{sort_column::unique_key, false};
    list_behind(tx(), here, "User", {}, by_key, place{"k9", {0}}, 100, note);
    EXPECT_EQ(ids.size(), 1U);
    ids.clear();
    list_behind(tx(), here, "User", {}, by_key, place{"k90", {0}}, 100, note);
    EXPECT_TRUE(ids.empty());
}

TEST_F(lists_test, each_page_is_a_range_of_an_index) {
    test::recording_connection recorder(store.connection());
    transaction recorded(recorder, tx().now(), store.ids);
    const auto ignore = [](const row&, const sort_value&) { return true; };
    for (const auto column : all_columns) {
        for (const bool is_descending : {false, true}) {
            const ordering order{column, is_descending};
            const bool is_time = column == sort_column::created || column == sort_column::modified;
            const sort_value some = is_time ? sort_value(std::int64_t{5}) : sort_value("k5");
            list_behind(recorded, here, "User", {}, order, std::nullopt, 10, ignore);
            list_behind(recorded, here, "User", {}, order, place{some, {7}}, 10, ignore);
            list_behind(recorded, here, "User", {}, order, place{{}, {7}}, 10, ignore);
        }
    }
    ASSERT_GT(recorder.texts.size(), 30U);
    for (const auto& text : recorder.texts) {
        const auto plan = recorder.plan_of(text);
        EXPECT_EQ(plan.find("SCAN"), std::string::npos) << text << "\n" << plan;
        EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << text << "\n" << plan;
        // Where a row has been named, the range begins behind it.
        const bool has_range = plan.find_first_of("<>") != std::string::npos;
        EXPECT_TRUE(has_range || text.find("$4") == std::string::npos) << text << "\n" << plan;
    }
}

TEST_F(lists_test, groups_of_many_members_equal_those_of_each) {
    std::vector<resource_id> users;
    for (const auto id : at_once({}))
        users.push_back({id});
    for (int i = 0; i < 5; ++i) {
        const auto name = "g" + std::to_string(i);
        const auto group =
                insert(tx(), here, "Group", R"({"displayName":")" + name + "\"}", {.unique_key = name});
        for (std::size_t k = 0; k < users.size(); k += static_cast<std::size_t>(i) + 1)
            add_member(tx(), here, group->id, {users[k], "User", ""});
    }
    const auto others = store.add_directory().id;
    for (const std::size_t many : {std::size_t{0}, std::size_t{1}, std::size_t{2}, users.size()}) {
        const std::vector<resource_id> some(users.begin(), users.begin() + static_cast<std::ptrdiff_t>(many));
        std::map<std::int64_t, std::vector<std::string>> found;
        groups_of_each(tx(), here, some, [&](resource_id member, const membership& of) {
            found[member.value].push_back(of.display_name);
            return true;
        });
        for (const auto user : some) {
            std::vector<std::string> expected;
            for (const auto& of : groups_of(tx(), here, user))
                expected.push_back(of.display_name);
            EXPECT_EQ(found[user.value], expected);
        }
        EXPECT_EQ(found.size(), many);
        groups_of_each(tx(), others, some, [](resource_id, const membership&) {
            ADD_FAILURE();
            return true;
        });
    }
}

TEST_F(lists_test, more_members_than_one_statement_takes_are_supported) {
    const auto group = insert(tx(), here, "Group", R"({"displayName":"g"})", {.unique_key = "g"});
    std::vector<resource_id> users;
    for (int i = 0; i < 1'100; ++i) {
        users.push_back(insert(tx(), here, "User", "{}", {.unique_key = "more" + std::to_string(i)})->id);
        add_member(tx(), here, group->id, {users.back(), "User", ""});
    }
    std::size_t count = 0;
    test::recording_connection recorder(store.connection());
    transaction recorded(recorder, tx().now(), store.ids);
    groups_of_each(recorded, here, users, [&](resource_id, const membership&) {
        ++count;
        return true;
    });
    EXPECT_EQ(count, users.size());
    EXPECT_EQ(recorder.texts.size(), 2U);
    EXPECT_EQ(recorder.plan_of(recorder.texts[0]).find("SCAN"), std::string::npos);
}

}  // namespace
}  // namespace scimd::store::resources
