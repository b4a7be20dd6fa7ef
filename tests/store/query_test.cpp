#include "store/engine/query.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace scimd::store {
namespace {

constexpr sql::statement create_things{"create", "create temp table things (id integer, name text)"};
constexpr sql::statement add_thing{"insert", "insert into things values ($1, $2)"};
constexpr sql::statement find_name{"find", "select name from things where id = $1"};
constexpr sql::statement list_things{"list", "select id, name from things order by id"};
constexpr sql::statement count_all_things{"count", "select count(*) from things"};
constexpr sql::statement find_last{"last", "select max(id) from things"};
constexpr sql::statement delete_thing{"delete", "delete from things where id = $1 returning name"};

using thing = std::pair<std::int64_t, std::string>;

thing read_thing(const sql::row& current) {
    return {current.integer(0), std::string(current.text(1))};
}

class query_test : public testing::Test {
protected:
    query_test() { tx.sql().run(create_things); }

    void insert(std::int64_t id, const std::optional<std::string>& name) {
        tx.sql().run(add_thing, {id, nullable(name)});
    }

    test::temp_store store;
    transaction& tx = store.tx();
};

TEST_F(query_test, one_is_empty_without_a_row) {
    EXPECT_EQ(sql::one<std::string>(tx, find_name, {1}), std::nullopt);
    EXPECT_EQ(sql::one(tx, list_things, {}, read_thing), std::nullopt);
}

TEST_F(query_test, one_reads_the_row_or_its_first_column) {
    insert(1, "first");
    EXPECT_EQ(sql::one<std::string>(tx, find_name, {1}), "first");
    EXPECT_EQ(sql::one<event_id>(tx, list_things), event_id{1});
    EXPECT_EQ(sql::one(tx, list_things, {}, read_thing), thing(1, "first"));
}

TEST_F(query_test, one_runs_a_statement_that_writes_to_its_end) {
    insert(1, "first");
    insert(1, "second");
    EXPECT_EQ(sql::one<std::string>(tx, delete_thing, {1}), "second");
    EXPECT_EQ(sql::value(tx, count_all_things), 0);
}

TEST_F(query_test, all_keeps_the_order_of_the_rows) {
    EXPECT_TRUE(sql::all(tx, list_things, {}, read_thing).empty());
    insert(2, "second");
    insert(1, "first");
    EXPECT_EQ(
            sql::all(tx, list_things, {}, read_thing), (std::vector{thing(1, "first"), thing(2, "second")}));
    EXPECT_EQ(sql::all<event_id>(tx, list_things), (std::vector{event_id{1}, event_id{2}}));
}

TEST_F(query_test, value_is_zero_or_empty_for_null_and_without_a_row) {
    insert(1, std::nullopt);
    EXPECT_EQ(sql::value(tx, count_all_things), 1);
    EXPECT_EQ(sql::value<std::string>(tx, find_name, {1}), "");
    EXPECT_EQ(sql::value<std::string>(tx, find_name, {2}), "");
    EXPECT_EQ(sql::value<bool>(tx, find_name, {2}), false);
}

TEST_F(query_test, value_takes_parameters_that_were_collected) {
    insert(7, "seventh");
    const std::vector<sql::parameter> parameters{std::int64_t{7}};
    EXPECT_EQ(sql::value<std::string>(tx, find_name, parameters), "seventh");
}

TEST_F(query_test, optional_value_is_empty_for_null_and_without_a_row) {
    EXPECT_EQ(sql::optional_value<std::int64_t>(tx, find_last), std::nullopt);
    EXPECT_EQ(sql::optional_value<std::string>(tx, find_name, {1}), std::nullopt);
    insert(1, "first");
    EXPECT_EQ(sql::optional_value<std::int64_t>(tx, find_last), 1);
}

TEST_F(query_test, exists_says_whether_there_is_a_row) {
    EXPECT_FALSE(sql::exists(tx, find_name, {1}));
    insert(1, std::nullopt);
    EXPECT_TRUE(sql::exists(tx, find_name, {1}));
}

TEST_F(query_test, optional_values_are_written_as_their_columns_or_as_null) {
    EXPECT_EQ(nullable(std::optional<event_id>()), sql::parameter());
    EXPECT_EQ(nullable(std::optional(event_id{5})), sql::parameter(std::int64_t{5}));
    EXPECT_EQ(nullable(std::optional(true)), sql::parameter(std::int64_t{1}));
    EXPECT_EQ(nullable(std::optional(time_point(std::chrono::microseconds(8)))),
            sql::parameter(std::int64_t{8}));
    const std::optional<std::string> text = "text";
    EXPECT_EQ(nullable(text), sql::parameter(std::string_view("text")));
}

}  // namespace
}  // namespace scimd::store
