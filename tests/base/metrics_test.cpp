#include "base/metrics.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace scimd {
namespace {

TEST(metrics, are_written_in_the_order_of_first_use) {
    metrics_registry metrics;
    metrics.counter_of("zebra_total", "Animals seen.").add();
    metrics.gauge_of("queue_depth", "Works that wait.").set(-3);
    metrics.counter_of("apple_total", "Fruit seen.", {{"colour", "red"}, {"size", "big"}}).add(5);
    metrics.counter_of("apple_total", "Fruit seen.", {{"colour", "green"}, {"size", "big"}}).add();
    metrics.counter_of("zebra_total", "Animals seen.").add();
    EXPECT_EQ(metrics.exposition(),
            "# HELP zebra_total Animals seen.\n"
            "# TYPE zebra_total counter\n"
            "zebra_total 2\n"
            "# HELP queue_depth Works that wait.\n"
            "# TYPE queue_depth gauge\n"
            "queue_depth -3\n"
            "# HELP apple_total Fruit seen.\n"
            "# TYPE apple_total counter\n"
            "apple_total{colour=\"red\",size=\"big\"} 5\n"
            "apple_total{colour=\"green\",size=\"big\"} 1\n");
}

TEST(metrics, are_an_empty_page_without_series) {
    EXPECT_EQ(metrics_registry().exposition(), "");
}

TEST(metrics, escape_help_and_label_values) {
    metrics_registry metrics;
    metrics.counter_of("a", "one \"two\"\nback\\slash", {{"l", "x\"y\\z\n"}});
    EXPECT_EQ(metrics.exposition(),
            "# HELP a one \"two\"\\nback\\\\slash\n# TYPE a counter\na{l=\"x\\\"y\\\\z\\n\"} 0\n");
}

TEST(metrics, a_histogram_has_cumulative_buckets_in_seconds) {
    metrics_registry metrics;
    auto& seen = metrics.histogram_of("work_seconds", "Time at work.", {{"route", "a"}});
    seen.observe_us(0);
    seen.observe_us(100);  // a bound belongs to its bucket
    seen.observe_us(101);
    seen.observe_us(2'500'000);
    seen.observe_us(10'000'001);
    EXPECT_EQ(metrics.exposition(),
            "# HELP work_seconds Time at work.\n"
            "# TYPE work_seconds histogram\n"
            "work_seconds_bucket{route=\"a\",le=\"0.0001\"} 2\n"
            "work_seconds_bucket{route=\"a\",le=\"0.0003\"} 3\n"
            "work_seconds_bucket{route=\"a\",le=\"0.001\"} 3\n"
            "work_seconds_bucket{route=\"a\",le=\"0.003\"} 3\n"
            "work_seconds_bucket{route=\"a\",le=\"0.01\"} 3\n"
            "work_seconds_bucket{route=\"a\",le=\"0.03\"} 3\n"
            "work_seconds_bucket{route=\"a\",le=\"0.1\"} 3\n"
            "work_seconds_bucket{route=\"a\",le=\"0.3\"} 3\n"
            "work_seconds_bucket{route=\"a\",le=\"1\"} 3\n"
            "work_seconds_bucket{route=\"a\",le=\"3\"} 4\n"
            "work_seconds_bucket{route=\"a\",le=\"10\"} 4\n"
            "work_seconds_bucket{route=\"a\",le=\"+Inf\"} 5\n"
            "work_seconds_sum{route=\"a\"} 12.500202\n"
            "work_seconds_count{route=\"a\"} 5\n");
}

TEST(metrics, keep_returned_references_valid) {
    metrics_registry metrics;
    counter& first = metrics.counter_of("a", "", {{"n", "0"}});
    for (int i = 1; i < 500; ++i)
        metrics.counter_of("a", "", {{"n", std::to_string(i)}});
    first.add(7);
    EXPECT_EQ(&metrics.counter_of("a", "", {{"n", "0"}}), &first);
    EXPECT_EQ(metrics.counter_of("a", "", {{"n", "0"}}).value(), 7U);
}

TEST(metrics, distinguish_label_sets) {
    metrics_registry metrics;
    auto& one = metrics.counter_of("a", "", {{"x", "1"}, {"y", "2"}});
    EXPECT_NE(&one, &metrics.counter_of("a", "", {{"x", "2"}, {"y", "1"}}));
    EXPECT_NE(&one, &metrics.counter_of("a", "", {{"x", "1"}}));
    EXPECT_NE(&one, &metrics.counter_of("a", ""));
    EXPECT_NE(&one, &metrics.counter_of("b", "", {{"x", "1"}, {"y", "2"}}));
}

TEST(metrics, share_one_series_beyond_1000_label_sets_per_name) {
    metrics_registry metrics;
    for (int i = 0; i < 999; ++i)
        metrics.counter_of("a", "", {{"n", std::to_string(i)}});
    auto& last = metrics.counter_of("a", "", {{"n", "999"}});
    auto& beyond = metrics.counter_of("a", "", {{"n", "1000"}});
    EXPECT_NE(&beyond, &last);
    EXPECT_EQ(&beyond, &metrics.counter_of("a", "", {{"n", "1001"}}));
    EXPECT_EQ(&last, &metrics.counter_of("a", "", {{"n", "999"}}));
    EXPECT_NE(&beyond, &metrics.counter_of("b", "", {{"n", "1000"}}));
    beyond.add(2);
    const auto text = metrics.exposition();
    EXPECT_NE(text.find("a{overflow=\"true\"} 2\n"), std::string::npos);
    EXPECT_EQ(text.find("n=\"1001\""), std::string::npos);
}

TEST(metrics, refuse_one_name_for_two_kinds) {
    metrics_registry metrics;
    metrics.counter_of("a", "");
    EXPECT_THROW(metrics.gauge_of("a", ""), std::logic_error);
    EXPECT_THROW(metrics.histogram_of("a", ""), std::logic_error);
}

TEST(metrics, count_correctly_on_several_threads) {
    metrics_registry metrics;
    const auto work = [&metrics] {
        for (int i = 0; i < 2'000; ++i)
            metrics.counter_of("a", "", {{"n", std::to_string(i % 7)}}).add();
    };
    std::thread other(work);
    work();
    other.join();
    std::uint64_t sum = 0;
    for (int i = 0; i < 7; ++i)
        sum += metrics.counter_of("a", "", {{"n", std::to_string(i)}}).value();
    EXPECT_EQ(sum, 4'000U);
}

}  // namespace
}  // namespace scimd
