#include "base/log_queue.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace scimd {
namespace {

using namespace std::chrono_literals;

constexpr int page = 4'096;  // the least that a pipe holds

// A pipe with its reading end in the test.
class pipe_pair {
public:
    explicit pipe_pair(int bytes = 65'536) {
        EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0);
        ::fcntl(ends_[1], F_SETPIPE_SZ, bytes);
    }
    ~pipe_pair() {
        close_reader();
        close_writer();
    }
    pipe_pair(const pipe_pair&) = delete;
    pipe_pair& operator=(const pipe_pair&) = delete;

    [[nodiscard]] int writer() const { return ends_[1]; }
    void close_reader() { close_end(0); }
    void close_writer() { close_end(1); }

    // Fills the pipe until it is read.
    void fill() {
        const std::string junk(page, '#');
        EXPECT_EQ(::write(ends_[1], junk.data(), junk.size()), page);
    }

    // Waits until the text has arrived and returns everything received.
    std::string read_until(std::string_view wanted) {
        while (seen_.find(wanted) == std::string::npos && read_more()) {}
        return seen_;
    }

    std::string read_to_end() {
        while (read_more()) {}
        return seen_;
    }

private:
    bool read_more() {
        char buffer[4'096];
        const auto count = ::read(ends_[0], buffer, sizeof buffer);
        if (count > 0)
            seen_.append(buffer, static_cast<std::size_t>(count));
        return count > 0;
    }

    void close_end(int which) {
        if (ends_[which] >= 0)
            ::close(ends_[which]);
        ends_[which] = -1;
    }

    int ends_[2] = {-1, -1};
    std::string seen_;
};

std::string numbered(int number) {
    std::string line = "line " + std::to_string(number) + " ";
    line.resize(99, '.');
    return line + '\n';
}

TEST(log_queue, writes_every_line_in_order_to_a_reader) {
    pipe_pair to;
    std::string expected;
    {
        log_queue lines(to.writer());
        for (int i = 0; i < 30; ++i) {
            lines.write(numbered(i));
            expected += numbered(i);
        }
        EXPECT_EQ(to.read_until(numbered(29)), expected);
        EXPECT_EQ(lines.dropped(), 0U);
    }
    to.close_writer();
    EXPECT_EQ(to.read_to_end(), expected);
}

TEST(log_queue, close_writes_the_queued_lines) {
    pipe_pair to;
    {
        log_queue lines(to.writer());
        for (int i = 0; i < 30; ++i)
            lines.write(numbered(i));
    }
    to.close_writer();
    EXPECT_TRUE(to.read_to_end().ends_with(numbered(29)));
}

TEST(log_queue, drops_and_counts_lines_when_full_and_reports_them_later) {
    pipe_pair to(page);
    to.fill();
    metrics_registry metrics;
    counter& drops = metrics.counter_of("drops", "Drops.");
    log_queue lines(to.writer(), {.lines_max = 10, .bytes_max = 100'000});
    lines.count_in(&drops);
    for (int i = 0; i < 1'000; ++i)
        lines.write(numbered(i));
    const auto dropped = lines.dropped();
    EXPECT_GE(dropped, 980U) << "10 wait, and 10 at most are to be written next";
    EXPECT_LE(dropped, 990U);
    EXPECT_EQ(drops.value(), dropped);
    to.read_until("log.lines_dropped");
    const auto seen = to.read_until("}\n");
    EXPECT_EQ(seen.find(numbered(0)), std::size_t{page});
    EXPECT_NE(seen.find("\"lines\":" + std::to_string(dropped) + "}"), std::string::npos) << seen;
    lines.write(numbered(2'000));
    EXPECT_TRUE(to.read_until(numbered(2'000)).ends_with(numbered(2'000)));
    EXPECT_EQ(lines.dropped(), dropped);
    lines.count_in(nullptr);
}

TEST(log_queue, limits_lines_and_bytes) {
    pipe_pair to(page);
    log_queue lines(to.writer(), {.lines_max = 1'000, .bytes_max = 20'000});
    lines.write(std::string(20'001, 'x') + "\n");
    EXPECT_EQ(lines.dropped(), 1U) << "a line that is longer than all there is";
    lines.write(std::string(19'999, 'x') + "\n");
    EXPECT_EQ(lines.dropped(), 1U);
    to.read_until("xx\n");
    lines.close(0ms);
}

TEST(log_queue, close_does_not_wait_for_a_stalled_reader) {
    pipe_pair to(page);
    to.fill();
    log_queue lines(to.writer(), {.lines_max = 100, .bytes_max = 100'000});
    for (int i = 0; i < 1'000; ++i)
        lines.write(numbered(i));
    lines.close(1ms);
    lines.write("late\n");
    to.close_writer();
    EXPECT_EQ(to.read_to_end().find("late"), std::string::npos);
}

TEST(log_queue, counts_lines_without_a_reader_as_dropped) {
    pipe_pair to;
    to.close_reader();
    log_queue lines(to.writer());
    for (int i = 0; i < 100; ++i)
        lines.write(numbered(i));
    lines.close();
    EXPECT_EQ(lines.dropped(), 100U);
}

TEST(log_queue, counts_lines_dropped_before_the_counter_was_set) {
    pipe_pair to;
    metrics_registry metrics;
    counter& drops = metrics.counter_of("drops", "Drops.");
    log_queue lines(to.writer(), {.lines_max = 10, .bytes_max = 10});
    lines.write(numbered(0));
    EXPECT_EQ(lines.dropped(), 1U);
    lines.count_in(&drops);
    EXPECT_EQ(drops.value(), 1U);
    lines.count_in(nullptr);
    lines.write(numbered(1));
    EXPECT_EQ(drops.value(), 1U);
    EXPECT_EQ(lines.dropped(), 2U);
}

}  // namespace
}  // namespace scimd
