#include "jobs/retention_jobs.hpp"

#include "jobs/batch_runner.hpp"
#include "store/webhook_deliveries.hpp"

namespace scimd::jobs {
namespace {

constexpr std::chrono::seconds turn_interval{1};
constexpr std::chrono::seconds look_interval{10};
constexpr std::int64_t events_batch_max = 500;  // some milliseconds of the writer's
constexpr std::int64_t attempts_batch_max = 2'000;

}  // namespace

retention_jobs::retention_jobs(
    store::database& database, const clock& wall_clock, const retention_options& kept
)
    : database_(database), wall_clock_(wall_clock), kept_(kept)
{
}

void retention_jobs::add_jobs(scheduler& scheduler)
{
    scheduler.add(
        {"event_retention",
         turn_interval,
         [this] {
             const auto now = wall_clock_.now();
             if (now < look_at_ && look_at_ <= now + look_interval)  // further off: the clock was set back
                 return;
             const bool has_more = cut_events();
             if (!cut_directories() && !has_more)
                 look_at_ = wall_clock_.now() + look_interval;
         },
         true}
    );
    scheduler.add({"webhook_attempts", turn_interval, [this] { cut_attempts(); }, true});
}

bool retention_jobs::cut_events()
{
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

bool retention_jobs::cut_directories()
{
    std::optional<directory_id> next;
    const auto look = [&](store::transaction& tx) {
        next = service::next_with_surplus(tx, kept_.events, sinks_(), next.value_or(directory_id()));
        return next.has_value();
    };
    bool has_more = false;
    while (has_work(database_, look)) {
        run_in_batches(database_, [&](store::transaction& tx) {
            const auto deleted = service::delete_surplus(tx, kept_.events, *next, sinks_(), events_batch_max);
            has_more = has_more || deleted == events_batch_max;
            return deleted == events_batch_max;
        });
    }
    return has_more;
}

bool retention_jobs::cut_attempts()
{
    const auto cut = wall_clock_.now() - kept_.attempts_kept_for;
    const bool is_wanted = has_work(database_, [&](store::transaction& tx) {
        return store::webhooks::has_attempts(tx, cut) || store::webhooks::has_dead_letters(tx, cut);
    });
    if (!is_wanted)
        return false;
    bool has_more = false;
    run_in_batches(database_, [&](store::transaction& tx) {
        has_more = store::webhooks::prune_attempts(tx, cut, attempts_batch_max) == attempts_batch_max ||
                   store::webhooks::prune_dead_letters(tx, cut, attempts_batch_max) == attempts_batch_max;
        return has_more;
    });
    return has_more;
}

}  // namespace scimd::jobs
