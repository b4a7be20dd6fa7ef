#include "app/streamed_body.hpp"

#include "support/api_fixture.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace scimd::app {
namespace {

using state = http::body_source::state;

constexpr store::sql::statement count_users{
        "test.count_users", "select count(*) from resources where type = 'User'"};

TEST(streamed_body_test, reads_each_piece_in_its_own_transaction) {
    test::api_fixture fixture;
    boost::asio::io_context io;
    commit_notifier notifier(io.get_executor());
    http::response head;
    head.status = 207;
    head.body = "users:";
    int pieces = 0;
    auto response = with_stream(*fixture.database, notifier, {},
            {std::move(head), [&pieces](store::transaction& tx, std::string& piece) {
                 tx.sql().run(count_users, {},
                         [&](const store::sql::row& row) { piece += ' ' + std::to_string(row.integer(0)); });
                 return ++pieces == 2 ? state::done : state::more;
             }});
    EXPECT_EQ(response.status, 207);
    ASSERT_TRUE(response.stream);
    std::string all = response.body;
    EXPECT_EQ(response.stream->next(all), state::more);
    fixture.make_user("anna");  // no transaction is open between two pieces
    EXPECT_EQ(response.stream->next(all), state::done);
    EXPECT_EQ(all, "users: 0 1");
}

TEST(streamed_body_test, throws_what_the_reply_throws) {
    test::api_fixture fixture;
    const auto fail = [](store::transaction&, std::string&) -> state { throw std::runtime_error("gone"); };
    boost::asio::io_context io;
    commit_notifier notifier(io.get_executor());
    auto response = with_stream(*fixture.database, notifier, {}, {http::response(), fail});
    std::string piece;
    EXPECT_THROW(response.stream->next(piece), std::runtime_error);
}

TEST(streamed_body_test, an_endless_stream_wakes_at_commits_and_ends_when_the_server_drains) {
    test::api_fixture fixture;
    boost::asio::io_context io;
    commit_notifier notifier(io.get_executor());
    const auto wait = [](store::transaction&, std::string& piece) {
        piece = "x";
        return state::later;
    };
    auto response = with_stream(
            *fixture.database, notifier, {}, {.head = http::response(), .next = wait, .is_endless = true});
    int woken = 0;
    response.stream->on_wake([&woken] { ++woken; });
    notifier.notify();
    notifier.notify();  // one notification together with the first
    io.run();
    EXPECT_EQ(woken, 1);
    std::string piece;
    EXPECT_EQ(response.stream->next(piece), state::later);
    response.stream->drain();
    EXPECT_EQ(response.stream->next(piece), state::done);
    response.stream.reset();
    notifier.notify();
    io.restart();
    io.run();
    EXPECT_EQ(woken, 1);
}

TEST(streamed_body_test, endless_streams_have_a_limit) {
    test::api_fixture fixture;
    boost::asio::io_context io;
    commit_notifier notifier(io.get_executor());
    const auto wait = [](store::transaction&, std::string&) { return state::later; };
    const auto open = [&](const store::tenant& owner = {}) {
        return with_stream(*fixture.database, notifier, owner,
                {.head = http::response(), .next = wait, .is_endless = true});
    };
    std::vector<http::response> all;
    for (std::size_t i = 0; i < commit_notifier::subscriptions_max; ++i)
        all.push_back(open());
    EXPECT_THROW(open(), store::sql::busy);
    all.pop_back();
    EXPECT_NO_THROW(open());
}

TEST(streamed_body_test, one_client_does_not_take_all_endless_streams) {
    test::api_fixture fixture;
    boost::asio::io_context io;
    commit_notifier notifier(io.get_executor());
    const auto wait = [](store::transaction&, std::string&) { return state::later; };
    const auto open = [&](std::int64_t client) {
        const store::tenant owner{store::tenant::kind::customer, client, 0};
        return with_stream(*fixture.database, notifier, owner,
                {.head = http::response(), .next = wait, .is_endless = true});
    };
    std::vector<http::response> all;
    for (std::size_t i = 0; i < commit_notifier::subscriptions_max / 2; ++i)
        all.push_back(open(1));
    EXPECT_THROW(open(1), store::over_share);
    for (std::size_t i = 0; i < commit_notifier::subscriptions_max / 4; ++i)
        all.push_back(open(2));
    EXPECT_THROW(open(2), store::over_share);
    all.push_back(open(3));
    all.erase(all.begin(), all.begin() + commit_notifier::subscriptions_max / 2);
    EXPECT_NO_THROW(open(1));
}

}  // namespace
}  // namespace scimd::app
