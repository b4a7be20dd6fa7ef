#include "jobs/storage_monitor.hpp"

#include "store/usage.hpp"

#include <system_error>
#include <utility>

namespace scimd::jobs {
namespace {

constexpr std::chrono::seconds disk_interval{1};
constexpr std::chrono::seconds usage_interval{15};

// Hysteresis: writes are accepted again when there is an eighth more than the reserve, so that the state does
// not change at every look.
std::int64_t resume_bytes(std::int64_t reserve_bytes) {
    return reserve_bytes + reserve_bytes / 8;
}

}  // namespace

free_space free_space_of(std::filesystem::path folder) {
    return [folder = std::move(folder)]() -> std::optional<std::int64_t> {
        std::error_code problem;
        const auto room = std::filesystem::space(folder, problem);
        if (problem)
            return std::nullopt;
        return static_cast<std::int64_t>(room.available);
    };
}

storage_monitor::storage_monitor(store::database& database, service::quota_policy& policy,
        std::int64_t reserve_bytes, const service::event_retention& kept, logger& log,
        metrics_registry& metrics)
        : database_(database),
          policy_(policy),
          reserve_bytes_(reserve_bytes),
          kept_(kept),
          log_(log),
          metrics_(metrics),
          free_bytes_(metrics.gauge_of("scimd_disk_free_bytes", "Room on the disk of the data folder.")),
          is_reserved_(metrics.gauge_of("scimd_disk_reserved",
                  "1 while only deletions and the like are taken because the disk is nearly full.")),
          surplus_(metrics.gauge_of("scimd_event_surplus_bytes",
                  "Events beyond the quotas of their directories, which webhooks or sinks still need.")) {}

void storage_monitor::add_jobs(scheduler& scheduler) {
    scheduler.add({"disk_space", disk_interval, [this] { look_at_disk(); }});
    scheduler.add({"usage", usage_interval, [this] { look_at_usage(); }});
}

void storage_monitor::look_at_disk() {
    const auto room = free_ ? free_() : std::nullopt;
    if (!room)
        return;
    free_bytes_.set(*room);
    const bool was_reserved = policy_.is_storage_reserved();
    const bool is_reserved = *room < (was_reserved ? resume_bytes(reserve_bytes_) : reserve_bytes_);
    if (is_reserved == was_reserved)
        return;
    policy_.reserve_storage(is_reserved);
    is_reserved_.set(is_reserved ? 1 : 0);
    if (is_reserved)
        log_.error("disk.nearly_full", {{"free_bytes", *room}, {"reserve_bytes", reserve_bytes_}});
    else
        log_.info("disk.has_room", {{"free_bytes", *room}, {"reserve_bytes", reserve_bytes_}});
}

void storage_monitor::look_at_usage() {
    namespace usage = store::usage;
    std::array<std::int64_t, usage::quota_count> totals{};
    std::int64_t surplus = 0;
    store::run(database_, store::intent::read, [&](store::transaction& tx) {
        totals = usage::totals(tx);
        auto next = usage::next_event_surplus(tx, kept_.directory_bytes_max);
        while (next) {
            surplus += next->bytes;
            next = usage::next_event_surplus(tx, kept_.directory_bytes_max, next->directory);
        }
        return store::verdict::commit;
    });
    surplus_.set(surplus);
    for (std::size_t i = 0; i < totals.size(); ++i)
        if (i != usage::index_of(usage::quota::events_per_second))
            metrics_.gauge_of("scimd_usage", "What all directories use together.",
                            {{"of", usage::quota_names[i]}})
                    .set(totals[i]);
}

}  // namespace scimd::jobs
