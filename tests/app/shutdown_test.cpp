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

    // Until it is: at a deadline that has passed already.
    static void await_cancellation(const shutdown& ending)
    {
        while (!ending.is_cancelled())
            std::this_thread::yield();
    }

    int nowhere_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    log_queue lines{nowhere_};
    logger log{lines.sink()};
};

TEST_F(shutdown_test, cancels_work_at_the_deadline_and_leaves_an_application_alone)
{
    shutdown ending(log, lines, process_owner::application);
    EXPECT_FALSE(ending.owns_process());
    EXPECT_FALSE(ending.is_cancelled());
    ending.begin(0ms);
    await_cancellation(ending);
}

TEST_F(shutdown_test, the_first_deadline_counts)
{
    shutdown ending(log, lines, process_owner::application);
    ending.begin(0ms);
    ending.begin(1h);
    await_cancellation(ending);
}

TEST_F(shutdown_test, an_end_before_the_deadline_cancels_nothing)
{
    shutdown ending(log, lines, process_owner::application);
    ending.begin(1h);
    EXPECT_FALSE(ending.is_cancelled());
}

// The others, of a process that may be ended.
class shutdown_death_test : public shutdown_test {
protected:
    shutdown_death_test() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(shutdown_death_test, the_first_signal_asks_for_the_end_and_the_second_ends_the_process)
{
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

TEST_F(shutdown_death_test, what_does_not_end_after_the_deadline_is_ended_with_the_process)
{
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
