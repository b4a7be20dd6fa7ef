// Monitors free space on the data folder's disk, and how much the directories use of the store.
//
// Below a reserve of free bytes only deletions and deactivations are accepted, so that access can still be
// taken away when something else fills the disk. Writes are accepted again, without a restart, once there is
// space.
#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "jobs/scheduler.hpp"
#include "service/events/event_retention.hpp"
#include "service/limits/quotas.hpp"
#include "store/engine/database.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace scimd::jobs {

constexpr std::int64_t disk_reserve_bytes_default = 256 * 1024 * 1024;

// Returns the free bytes for this process; empty: unknown. Any thread.
using free_space = std::function<std::optional<std::int64_t>()>;
free_space free_space_of(std::filesystem::path folder);

// One thread: the scheduler's; before it starts, the one that owns this.
class storage_monitor {
public:
    storage_monitor(store::database& database, service::quota_policy& policy, std::int64_t reserve_bytes,
            const service::event_retention& kept, logger& log, metrics_registry& metrics);

    void watch(free_space source) { free_ = std::move(source); }  // before the scheduler starts
    void add_jobs(scheduler& scheduler);

    void look_at_disk();
    void look_at_usage();

private:
    store::database& database_;
    service::quota_policy& policy_;
    const std::int64_t reserve_bytes_;
    const service::event_retention kept_;
    logger& log_;
    metrics_registry& metrics_;
    free_space free_;
    gauge& free_bytes_;
    gauge& is_reserved_;
    gauge& surplus_;
};

}  // namespace scimd::jobs
