#include "app/json_lines_sink.hpp"

#include "support/temp_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>

namespace scimd::app {
namespace {

using steady = std::chrono::steady_clock;

constexpr int page = 4'096;  // the smallest capacity of a pipe

event numbered(int number, std::size_t bytes = 10) {
    event made;
    made.id = "evt_" + std::to_string(number);
    made.body = std::to_string(number) + std::string(bytes, '.');
    return made;
}

// Uses a named pipe, so that its reader can come back. Each take() ends at once: end_by() has passed.
class json_lines_sink_test : public testing::Test {
protected:
    json_lines_sink_test() {
        EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
        open_reader();
        writer_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    }
    ~json_lines_sink_test() override {
        close_reader();
        ::close(writer_);
    }

    void shrink() { ::fcntl(writer_, F_SETPIPE_SZ, page); }
    void open_reader() { reader_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }
    void close_reader() {
        if (reader_ >= 0)
            ::close(reader_);
        reader_ = -1;
    }

    std::string read_all() {
        std::string seen;
        char buffer[page];
        for (ssize_t count = 0; (count = ::read(reader_, buffer, sizeof buffer)) > 0;)
            seen.append(buffer, static_cast<std::size_t>(count));
        return seen;
    }

    test::temp_directory folder_;
    std::filesystem::path path_ = folder_.path() / "events";
    int reader_ = -1;
    int writer_ = -1;
};

TEST_F(json_lines_sink_test, writes_each_event_as_a_line) {
    json_lines_sink sink(writer_, "c_1");
    EXPECT_EQ(sink.resume_after(), "c_1");
    EXPECT_EQ(sink.take(numbered(1)), sink_result::accepted);
    EXPECT_EQ(sink.take(numbered(2)), sink_result::accepted);
    EXPECT_EQ(read_all(), "1..........\n2..........\n");
    EXPECT_EQ(sink.problem(), "");
}

TEST_F(json_lines_sink_test, continues_a_line_that_was_written_in_part) {
    shrink();
    json_lines_sink sink(writer_, "");
    sink.end_by(steady::time_point());
    const auto long_one = numbered(1, 3 * page);
    std::string seen;
    while (sink.take(long_one) == sink_result::retry)
        seen += read_all();
    seen += read_all();
    EXPECT_EQ(seen, long_one.body + '\n');
    EXPECT_EQ(sink.problem(), "") << "to wait is no failure";
}

TEST_F(json_lines_sink_test, does_not_wait_once_it_is_cancelled) {
    shrink();
    const std::atomic<bool> is_cancelled{true};
    json_lines_sink sink(writer_, "", &is_cancelled);
    EXPECT_EQ(sink.take(numbered(1, 3 * page)), sink_result::retry);
}

TEST_F(json_lines_sink_test, repeats_a_partial_line_for_a_new_reader) {
    shrink();
    json_lines_sink sink(writer_, "");
    sink.end_by(steady::time_point());
    EXPECT_EQ(sink.take(numbered(1, 3 * page)), sink_result::retry);
    close_reader();
    EXPECT_EQ(sink.take(numbered(1, 3 * page)), sink_result::retry);
    EXPECT_EQ(sink.problem(), "its reader has gone");
    open_reader();
    sink.look();
    EXPECT_EQ(sink.problem(), "");
    std::string seen;
    while (sink.take(numbered(1, 3 * page)) == sink_result::retry)
        seen += read_all();
    seen += read_all();
    EXPECT_TRUE(seen.ends_with(numbered(1, 3 * page).body + '\n'));
}

TEST_F(json_lines_sink_test, detects_a_closed_reader_without_writing) {
    json_lines_sink sink(writer_, "");
    sink.look();
    EXPECT_EQ(sink.problem(), "");
    close_reader();
    sink.look();
    EXPECT_EQ(sink.problem(), "its reader has gone");
}

TEST(json_lines_sink_full_disk_test, a_full_disk_is_a_problem_while_it_is_full) {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    json_lines_sink sink(full, "");
    EXPECT_EQ(sink.take(numbered(1)), sink_result::retry);
    EXPECT_EQ(sink.problem(), "No space left on device");
    sink.look();
    EXPECT_EQ(sink.problem(), "No space left on device") << "until a line has been written";
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, full);
    EXPECT_EQ(sink.take(numbered(1)), sink_result::accepted);
    EXPECT_EQ(sink.problem(), "");
    ::close(nowhere);
    ::close(full);
}

}  // namespace
}  // namespace scimd::app
