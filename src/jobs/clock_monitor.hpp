// Monitors the guarded clock (base/guarded_clock.hpp): logs jumps of the machine's clock, and stores the time
// so that the next start can detect a jump that happened while the server was down.
#pragma once

#include "base/guarded_clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "jobs/scheduler.hpp"
#include "store/engine/database.hpp"

#include <chrono>
#include <optional>

namespace scimd::jobs {

// One thread: the scheduler's, and before it starts and after it has ended, the one that owns this.
class clock_monitor {
public:
    clock_monitor(
            store::database& database, guarded_clock& wall_clock, logger& log, metrics_registry& metrics);

    // Compares the machine's clock with the time that the last run stored. Before the first request.
    void resume();

    void add_jobs(scheduler& scheduler);
    void look();
    void save();  // does not wait for the commit; stores nothing while the time is not trusted
    [[nodiscard]] bool has_saved() const noexcept { return saved_.has_value(); }

private:
    void report(const guarded_clock::status& current);
    void log_leap(std::chrono::microseconds ahead);

    store::database& database_;
    guarded_clock& wall_clock_;
    logger& log_;
    guarded_clock::status last_;
    std::optional<std::chrono::steady_clock::time_point> saved_;
    gauge& is_paused_;
    counter& leaps_;
};

}  // namespace scimd::jobs
