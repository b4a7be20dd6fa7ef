// Writes what the log of requests has noted, and forgets what is beyond its limits.
#pragma once

#include "base/log.hpp"
#include "jobs/scheduler.hpp"
#include "service/request_log/request_log.hpp"
#include "store/engine/database.hpp"

#include <set>
#include <span>

namespace scimd::jobs {

// Its jobs run on the background's thread; when that has ended, flush() may be called by another.
class request_log_writer {
public:
    request_log_writer(
        store::database& database,
        service::request_log& notes,
        const service::request_retention& keep,
        logger& log
    )
        : database_(database), notes_(notes), keep_(keep), log_(log)
    {
    }

    void add_jobs(scheduler& scheduler);

    // Writes all that waits when it begins. Blocks. What the store does not take is lost, and logged.
    void flush();

private:
    void write(std::span<const service::request_record> batch);
    void trim();
    void look_at_all();

    store::database& database_;
    service::request_log& notes_;
    const service::request_retention keep_;
    logger& log_;
    std::set<directory_id> grown_;  // since they were trimmed
    bool has_seen_all_ = false;     // what an earlier process has left
};

}  // namespace scimd::jobs
