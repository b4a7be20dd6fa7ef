// Looks at the room that is left on the data folder's disk and at what the directories use.
//
// Below a reserve of free bytes only deletions and the like are taken, so that a disk that other things fill
// still lets an operator and the identity providers take access away. There is no restart when there is room
// again.
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

// Free bytes for this process; empty: not known. Any thread.
using free_space = std::function<std::optional<std::int64_t>()>;
free_space free_space_of(std::filesystem::path folder);

// One thread: that of the jobs.
class storage_monitor {
public:
    storage_monitor(
        store::database& database,
        service::quota_policy& policy,
        std::int64_t reserve_bytes,
        const service::event_retention& kept,
        logger& log,
        metrics_registry& metrics
    );

    void watch(free_space where) { free_ = std::move(where); }  // before the jobs start
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
