#include "app/shutdown.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

namespace scimd::app {
namespace {

using namespace std::chrono_literals;

class shutdown_test : public testing::Test {
protected:
    ~shutdown_test() override { ::close(nowhere_); }

    // Cancels at once, by a deadline that has passed already.
    static void await_cancellation(const shutdown& ending) {
        while (!ending.is_cancelled())
            std::this_thread::yield();
    }

    int nowhere_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    log_queue lines{nowhere_};
    logger log{lines.sink()};
};

TEST_F(shutdown_test, cancels_work_at_the_deadline_but_does_not_end_an_embedding_application) {
    shutdown ending(log, lines, process_owner::application);
    EXPECT_FALSE(ending.owns_process());
    EXPECT_FALSE(ending.is_cancelled());
    ending.begin(0ms);
    await_cancellation(ending);
}

TEST_F(shutdown_test, the_first_deadline_counts) {
    shutdown ending(log, lines, process_owner::application);
    ending.begin(0ms);
    ending.begin(1h);
    await_cancellation(ending);
}

TEST_F(shutdown_test, a_shutdown_in_time_cancels_nothing) {
    shutdown ending(log, lines, process_owner::application);
    ending.begin(1h);
    EXPECT_FALSE(ending.is_cancelled());
}

// Tests of the owner of a process, which the shutdown may end.
class shutdown_death_test : public shutdown_test {
protected:
    shutdown_death_test() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(shutdown_death_test, the_first_signal_stops_the_server_and_the_second_ends_the_process) {
    const auto run = [this] {
        std::atomic<int> asked = 0;
        shutdown ending(log, lines, process_owner::scimd);
        ending.take_signals([&] { ++asked; });
        std::raise(SIGTERM);
        while (asked == 0)
            std::this_thread::yield();
        std::raise(SIGINT);
        for (;;)
            std::this_thread::yield();  // as a thread that computes
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(exit_failed), "");
}

TEST_F(shutdown_death_test, ends_the_process_when_work_does_not_end_after_the_deadline) {
    const auto run = [this] {
        shutdown ending(log, lines, process_owner::scimd);
        ending.begin(0ms);
        for (;;)
            std::this_thread::yield();
    };
    EXPECT_EXIT(run(), testing::ExitedWithCode(exit_late), "");
}

}  // namespace
}  // namespace scimd::app
