// Writes the request log: SCIM requests that are waiting in memory (service/request_log) go to the store in
// batches, and lines beyond the limits of a directory's log are deleted.
#pragma once

#include "base/log.hpp"
#include "jobs/scheduler.hpp"
#include "service/request_log/request_log.hpp"
#include "store/engine/database.hpp"

#include <set>
#include <span>

namespace scimd::jobs {

// Its jobs run on the scheduler's thread; flush() may be called on another one after that has ended.
class request_log_writer {
public:
    request_log_writer(store::database& database, service::request_log& requests,
            const service::request_retention& keep, logger& log)
            : database_(database), requests_(requests), keep_(keep), log_(log) {}

    void add_jobs(scheduler& scheduler);

    // Writes the requests that are waiting when it begins. Blocks. Requests that the store refuses are lost;
    // the log says how many.
    void flush();

private:
    void write(std::span<const service::request_record> batch);
    void trim();
    void add_all_directories();

    store::database& database_;
    service::request_log& requests_;
    const service::request_retention keep_;
    logger& log_;
    std::set<directory_id> grown_;  // since they were last trimmed
    bool has_seen_all_ = false;     // directories with lines of an earlier process
};

}  // namespace scimd::jobs
