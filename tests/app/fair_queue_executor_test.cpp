#include "app/fair_queue_executor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace scimd::app {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> note_turn(
        fair_executor& turns, std::int64_t organization, std::vector<std::int64_t>& order) {
    const store::tenant owner{store::tenant::kind::customer, organization, 1};
    co_await turns.wait(owner);
    order.push_back(organization);
}

TEST(fair_queue_executor_test, a_request_does_not_wait_for_all_requests_of_another_organization) {
    asio::io_context io;
    metrics_registry metrics;
    fair_executor turns(io.get_executor(), "tests", 1'000, metrics);
    std::vector<std::int64_t> order;
    for (int i = 0; i < 200; ++i)
        asio::co_spawn(io, note_turn(turns, 1, order), asio::detached);
    asio::co_spawn(io, note_turn(turns, 2, order), asio::detached);
    io.run();
    ASSERT_EQ(order.size(), 201U);
    const auto turn = std::find(order.begin(), order.end(), 2) - order.begin();
    EXPECT_LE(turn, store::queue_limits::cost_divisor_min);
}

// Other handlers, ready before or during the turns, run between the turns of any number of requests.
TEST(fair_queue_executor_test, one_posted_turn_at_most_runs_turns_one_at_a_time) {
    asio::io_context io;
    metrics_registry metrics;
    fair_executor turns(io.get_executor(), "tests", 1, metrics);
    std::vector<std::int64_t> order;
    for (int i = 0; i < 100; ++i)
        asio::co_spawn(io, note_turn(turns, 1, order), asio::detached);
    std::size_t turns_before = 0;
    asio::post(io, [&] { asio::post(io, [&] { asio::post(io, [&] { turns_before = order.size(); }); }); });
    io.run();
    EXPECT_EQ(order.size(), 100U);
    EXPECT_LE(turns_before, 3U);

    asio::co_spawn(io, note_turn(turns, 1, order), asio::detached);
    io.restart();
    io.run();
    EXPECT_EQ(order.size(), 101U) << "and begin again when they had all been taken";
}

}  // namespace
}  // namespace scimd::app
