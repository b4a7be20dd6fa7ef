#include "jobs/clock_monitor.hpp"

#include "store/stored_time.hpp"

#include <exception>
#include <optional>

namespace scimd::jobs {
namespace {

constexpr std::chrono::seconds look_interval{1};
constexpr std::chrono::minutes save_interval{1};

}  // namespace

clock_monitor::clock_monitor(
        store::database& database, guarded_clock& wall_clock, logger& log, metrics_registry& metrics)
        : database_(database),
          wall_clock_(wall_clock),
          log_(log),
          is_paused_(metrics.gauge_of("scimd_clock_paused",
                  "1 while nothing is deleted by time because the machine's clock has leapt.")),
          leaps_(metrics.counter_of("scimd_clock_leaps_total", "Leaps of the machine's clock.")) {}

void clock_monitor::resume() {
    std::optional<time_point> stored;
    store::run(database_, store::intent::read, [&](store::transaction& tx) {
        stored = store::stored_time(tx);
        return store::verdict::commit;
    });
    if (!stored)
        return;
    wall_clock_.resume_from(*stored);
    last_ = wall_clock_.look();
    leaps_.add(last_.leaps);
    is_paused_.set(last_.is_settled ? 0 : 1);
    if (!last_.is_settled)
        log_leap(last_.ahead.count() != 0 ? last_.ahead : wall_clock_.now() - *stored);
}

void clock_monitor::add_jobs(scheduler& scheduler) {
    scheduler.add({"clock", look_interval, [this] {
                       look();
                       if (!saved_ || std::chrono::steady_clock::now() - *saved_ >= save_interval)
                           save();
                   }});
}

void clock_monitor::look() {
    const auto current = wall_clock_.look();
    report(current);
    is_paused_.set(current.is_settled ? 0 : 1);
    leaps_.add(current.leaps - last_.leaps);
    last_ = current;
}

void clock_monitor::save() {
    if (!wall_clock_.look().is_settled)
        return;
    saved_ = std::chrono::steady_clock::now();
    const auto write = [](store::transaction& tx) {
        store::store_time(tx);
        return store::verdict::commit;
    };
    database_.submit(store::intent::write, write, [this](const std::exception_ptr& problem) {
        if (problem)
            log_.warning("clock.not_stored");
    });
}

// A jump that came and went between two looks is counted, but not logged.
void clock_monitor::report(const guarded_clock::status& current) {
    if (current.adopted != last_.adopted)
        log_.warning("clock.adopted");
    if (!current.is_settled && current.leaps != last_.leaps)
        log_leap(current.ahead);
    if (current.is_settled && !last_.is_settled)
        log_.info("clock.settled");
}

void clock_monitor::log_leap(std::chrono::microseconds ahead) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(ahead).count();
    log_.error("clock.leapt", {{"ahead_s", static_cast<std::int64_t>(seconds)}});
}

}  // namespace scimd::jobs
