#include "base/log.hpp"

#include "base/json/json.hpp"
#include "base/time.hpp"

#include <boost/json/string.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace scimd {
namespace {

class log_test : public testing::Test {
protected:
    std::vector<std::string> lines;
    logger log{[this](std::string_view line) { lines.emplace_back(line); }};

    // Logs one field and returns its value without the quotes.
    std::string written(std::string_view value) {
        log.info("e", {{"field", value}});
        const std::string& line = lines.back();
        const std::string before = "\"field\":\"";
        const auto begin = line.find(before) + before.size();
        return line.substr(begin, line.size() - begin - 3);
    }
};

TEST_F(log_test, a_line_is_one_json_object_with_time_level_and_event_first) {
    log.warning("webhook.failed", {{"endpoint", "ep_1"}, {"attempt", 3}, {"final", true}});
    ASSERT_EQ(lines.size(), 1U);
    ASSERT_EQ(lines[0].back(), '\n');
    const auto object = parse_json_object(std::string_view(lines[0]).substr(0, lines[0].size() - 1)).value();
    EXPECT_TRUE(parse_rfc3339(*find_string(object, "time")));
    const auto after_time = lines[0].substr(lines[0].find(','));
    EXPECT_EQ(after_time,
            ",\"level\":\"warning\",\"event\":\"webhook.failed\",\"endpoint\":\"ep_1\",\"attempt\":3,"
            "\"final\":"
            "true}\n");
    EXPECT_TRUE(lines[0].starts_with("{\"time\":"));
}

TEST_F(log_test, a_level_below_the_least_is_not_written) {
    log.debug("a");
    log.info("b");
    log.warning("c");
    log.error("d");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_NE(lines[0].find(R"("level":"info","event":"b")"), std::string::npos);
    EXPECT_NE(lines[1].find(R"("level":"warning","event":"c")"), std::string::npos);
    EXPECT_NE(lines[2].find(R"("level":"error","event":"d")"), std::string::npos);
}

TEST_F(log_test, a_logger_at_debug_level_writes_debug) {
    std::string last;
    logger all([&last](std::string_view line) { last = line; }, log_level::debug);
    all.debug("a");
    EXPECT_NE(last.find(R"("level":"debug")"), std::string::npos);
}

TEST_F(log_test, no_value_can_end_a_line_or_control_a_terminal) {
    const struct {
        std::string_view value, expected;
    } rows[] = {
            {"a\r\n{\"level\":\"error\"}", R"(a\u000d\u000a{\"level\":\"error\"})"},
            {"\x1b[31m", R"(\u001b[31m)"},
            {std::string_view("\0", 1), R"(\u0000)"},
            {"\x7f", R"(\u007f)"},
            {"\u0085", R"(\u0085)"},
            {"\u009b", R"(\u009b)"},
            {"\u00a0", "\u00a0"},
            {"\u2027", "\u2027"},
            {"\u2028", R"(\u2028)"},
            {"\u2029", R"(\u2029)"},
            {"back\\slash", R"(back\\slash)"},
            {"é😀", "é😀"},
            {"a\xff"
             "b",
                    "a\ufffdb"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(written(row.value), row.expected);
}

TEST_F(log_test, a_value_is_cut_at_256_bytes_between_characters) {
    EXPECT_EQ(written(std::string(256, 'x')), std::string(256, 'x'));
    EXPECT_EQ(written(std::string(257, 'x')), std::string(256, 'x'));
    EXPECT_EQ(written(std::string(254, 'x') + "éy"), std::string(254, 'x') + "é");
    EXPECT_EQ(written(std::string(255, 'x') + "éy"), std::string(255, 'x'));
    EXPECT_EQ(written(std::string(253, 'x') + "😀"), std::string(253, 'x'));
}

TEST(logger, writes_complete_lines_from_several_threads) {
    std::vector<std::string> lines;
    logger log([&lines](std::string_view line) { lines.emplace_back(line); });
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&log] {
            for (std::int64_t n = 0; n < 200; ++n)
                log.info("tick", {{"n", n}});
        });
    }
    for (auto& thread : threads)
        thread.join();
    ASSERT_EQ(lines.size(), 800U);
    for (const auto& line : lines)
        EXPECT_TRUE(parse_json_object(line)) << line;
}

}  // namespace
}  // namespace scimd
