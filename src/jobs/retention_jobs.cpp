#include "jobs/retention_jobs.hpp"

#include "jobs/batch_runner.hpp"
#include "store/idempotency.hpp"
#include "store/webhook_deliveries.hpp"

namespace scimd::jobs {
namespace {

constexpr std::chrono::seconds run_interval{1};
constexpr std::chrono::seconds idle_interval{10};  // after a run that found nothing more to delete
// Batches take some milliseconds of the writer's time.
constexpr std::int64_t events_batch_max = 500;
constexpr std::int64_t attempts_batch_max = 2'000;
constexpr std::int64_t responses_batch_max = 500;

}  // namespace

retention_jobs::retention_jobs(
        store::database& database, const clock& wall_clock, const retention_options& kept)
        : database_(database), wall_clock_(wall_clock), kept_(kept) {}

void retention_jobs::add_jobs(scheduler& scheduler) {
    scheduler.add({"event_retention", run_interval,
            [this] {
                const auto now = wall_clock_.now();
                if (now < next_event_run_ &&
                        next_event_run_ <= now + idle_interval)  // else the clock was set back
                    return;
                const bool has_more = delete_old_events();
                if (!delete_surplus_events() && !has_more)
                    next_event_run_ = wall_clock_.now() + idle_interval;
            },
            true});
    scheduler.add({"webhook_attempts", run_interval, [this] { delete_old_attempts(); }, true});
    const auto forget = [](store::transaction& tx) {
        return store::idempotency::forget_old(tx, responses_batch_max) == responses_batch_max;
    };
    add_batch_job(scheduler, database_,
            {"idempotency_keys", idle_interval, store::idempotency::has_old, forget, true});
}

bool retention_jobs::delete_old_events() {
    event_id up_to;
    const bool is_wanted = has_work(database_, [&](store::transaction& tx) {
        up_to = service::expired_up_to(tx, kept_.events);
        return service::has_deletable(tx, up_to, sinks_());
    });
    if (!is_wanted)
        return false;
    bool has_more = false;
    run_in_batches(database_, [&](store::transaction& tx) {
        has_more = service::delete_events(tx, up_to, sinks_(), events_batch_max) == events_batch_max;
        return has_more;
    });
    return has_more;
}

bool retention_jobs::delete_surplus_events() {
    std::optional<directory_id> next;
    const auto find_next = [&](store::transaction& tx) {
        next = service::next_with_surplus(tx, kept_.events, sinks_(), next.value_or(directory_id()));
        return next.has_value();
    };
    bool has_more = false;
    while (has_work(database_, find_next)) {
        run_in_batches(database_, [&](store::transaction& tx) {
            const auto deleted = service::delete_surplus(tx, kept_.events, *next, sinks_(), events_batch_max);
            has_more = has_more || deleted == events_batch_max;
            return deleted == events_batch_max;
        });
    }
    return has_more;
}

bool retention_jobs::delete_old_attempts() {
    const auto before = wall_clock_.now() - kept_.attempts_kept_for;
    const bool is_wanted = has_work(database_, [&](store::transaction& tx) {
        return store::webhooks::has_attempts(tx, before) || store::webhooks::has_dead_letters(tx, before);
    });
    if (!is_wanted)
        return false;
    bool has_more = false;
    run_in_batches(database_, [&](store::transaction& tx) {
        has_more = store::webhooks::prune_attempts(tx, before, attempts_batch_max) == attempts_batch_max ||
                   store::webhooks::prune_dead_letters(tx, before, attempts_batch_max) == attempts_batch_max;
        return has_more;
    });
    return has_more;
}

}  // namespace scimd::jobs
