#include "api/single_flight.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace scimd::api {
namespace {

TEST(single_flight, one_caller_runs_and_the_others_are_called_at_its_end) {
    single_flight flights;
    auto first = flights.start();
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(flights.start(), nullptr);
    int called = 0;
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(flights.wait([&] { ++called; }));
    EXPECT_EQ(called, 0);
    first.reset();
    EXPECT_EQ(called, 3);
    EXPECT_NE(flights.start(), nullptr) << "the next one";
    EXPECT_EQ(called, 3);
}

TEST(single_flight, calls_at_once_when_no_flight_is_running) {
    single_flight flights;
    int called = 0;
    EXPECT_TRUE(flights.wait([&] { ++called; }));
    EXPECT_EQ(called, 1);
}

TEST(single_flight, the_number_of_waiting_callers_is_limited) {
    single_flight flights;
    auto first = flights.start();
    std::size_t called = 0;
    for (std::size_t i = 0; i < single_flight::waiting_max; ++i)
        EXPECT_TRUE(flights.wait([&] { ++called; }));
    EXPECT_FALSE(flights.wait([&] { ++called; }));
    first.reset();
    EXPECT_EQ(called, single_flight::waiting_max);
}

TEST(single_flight, many_threads_run_one_flight) {
    single_flight flights;
    std::atomic<int> led = 0;
    std::atomic<int> called = 0;
    std::vector<std::shared_ptr<single_flight::flight>> held(8);
    std::vector<std::thread> threads;
    for (auto& one : held)
        threads.emplace_back([&flights, &led, &called, &one] {
            one = flights.start();
            if (one)
                ++led;
            else
                flights.wait([&called] { ++called; });
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(led, 1);
    held.clear();
    EXPECT_EQ(called, 7);
}

}  // namespace
}  // namespace scimd::api
