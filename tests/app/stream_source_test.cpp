#include "app/stream_source.hpp"

#include "support/api_house.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace scimd::app {
namespace {

using state = http::body_source::state;

constexpr store::sql::statement count_users{
    "test.count_users", "select count(*) from resources where type = 'User'"
};

TEST(stream_source, makes_each_piece_in_a_read_of_its_own)
{
    test::api_house home;
    http::response head;
    head.status = 207;
    head.body = "users:";
    int pieces = 0;
    auto response =
        with_stream(*home.database, {std::move(head), [&pieces](store::transaction& tx, std::string& piece) {
                                         tx.sql().run(count_users, {}, [&](const store::sql::row& row) {
                                             piece += ' ' + std::to_string(row.integer(0));
                                         });
                                         return ++pieces == 2 ? state::done : state::more;
                                     }});
    EXPECT_EQ(response.status, 207);
    ASSERT_TRUE(response.stream);
    std::string all = response.body;
    EXPECT_EQ(response.stream->next(all), state::more);
    home.make_user("anna");  // between two pieces the store is free
    EXPECT_EQ(response.stream->next(all), state::done);
    EXPECT_EQ(all, "users: 0 1");
}

TEST(stream_source, throws_what_its_work_throws)
{
    test::api_house home;
    const auto fail = [](store::transaction&, std::string&) -> state { throw std::runtime_error("gone"); };
    auto response = with_stream(*home.database, {http::response(), fail});
    std::string piece;
    EXPECT_THROW(response.stream->next(piece), std::runtime_error);
}

}  // namespace
}  // namespace scimd::app
