// Watches over the guarded clock: reports leaps of the machine's clock, and stores the time for the next
// start.
#pragma once

#include "base/guarded_clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "jobs/scheduler.hpp"
#include "store/engine/database.hpp"

#include <chrono>
#include <optional>

namespace scimd::jobs {

// One thread: that of the jobs.
class clock_monitor {
public:
    clock_monitor(
        store::database& database, guarded_clock& wall_clock, logger& log, metrics_registry& metrics
    );

    // Compares the machine's clock with the time stored by the last run. Before the first request.
    void resume();

    void add_jobs(scheduler& scheduler);
    void look();
    void save();  // does not wait for it; a time that is not sure is not stored
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
