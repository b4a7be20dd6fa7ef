// The request log of directories: the requests of identity providers and their responses, for debugging.
// Records are queued in memory and written later in batches, so that no request waits for the log or fails
// because of it (docs/decisions/0018). The writer of the queue is jobs/request_log_writer.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/metrics.hpp"
#include "service/request_log/request_trace.hpp"
#include "store/engine/transaction.hpp"
#include "store/refusals.hpp"
#include "store/request_log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace scimd::service {

// How much is kept of each directory. Surplus entries are deleted within seconds, some at a time.
struct request_retention {
    std::int64_t entries_max = 10'000;  // 0: no request is logged, but refused users are still listed
    std::chrono::hours kept_for{30 * 24};
};

constexpr std::int64_t refusals_max = 10'000;              // of a directory
constexpr std::chrono::hours refusals_kept_for{400 * 24};  // after the last refusal

// Limits of the queue: of all directories, and of one, so that a busy directory leaves room for others.
constexpr std::size_t queued_records_max = 8'000;
constexpr std::size_t directory_records_max = 2'000;
constexpr std::size_t directory_reads_max = 500;  // successful reads, the least informative records

// Rate limits of one directory: requests without a valid token, and requests with tokens of its users.
constexpr std::size_t unauthenticated_a_minute_max = 30;
constexpr std::size_t users_a_minute_max = 60;

// Directories that requests without a valid token name in a minute.
constexpr std::size_t unauthenticated_directories_max = 500;

// A request and its response as they are queued, unmasked.
struct request_record {
    directory_id directory;
    bool is_known = false;  // the token was valid
    time_point at;          // of arrival
    std::string method;
    std::string path;  // pattern of the route, as in "/Users/{id}"; empty: no route
    std::vector<std::pair<std::string, std::string>> query;
    int status = 0;
    std::int64_t microseconds = 0;
    std::string request_id;
    std::string resource_id;  // as in the path; empty: none
    std::string provider;     // the detected identity provider; empty: unknown
    std::string agent;
    std::string user{};  // whose token it was; empty: the directory's
    std::string answer;  // the body of an error response
    request_trace trace;
};

// The queue of records that wait to be written. Any thread.
class request_log {
public:
    explicit request_log(metrics_registry& metrics) : metrics_(metrics) {}

    // Queues a record, or drops and counts it when a limit is reached. Never blocks for longer than a push to
    // a list.
    void note(request_record record);

    // Removes and returns at most `records_max` records, the oldest first.
    std::vector<request_record> take(std::size_t records_max);

private:
    struct queued_of_directory {
        std::size_t all = 0;
        std::size_t reads = 0;
    };

    bool is_within_limits(const request_record& record);
    bool charge_rate_limit(const request_record& record);

    metrics_registry& metrics_;
    std::mutex mutex_;
    std::vector<request_record> queue_;
    std::map<directory_id, queued_of_directory> counts_;
    std::map<directory_id, std::size_t> unauthenticated_;  // requests in this minute
    std::map<directory_id, std::size_t> users_;            // likewise
    std::chrono::minutes minute_{};
};

// A record as it is written, with everything masked. Making it is pure, and the larger part of the work.
struct request_line {
    store::request_log::entry entry;
    std::vector<refusal_record> refused;  // for the list of refused users
    std::vector<person> succeeded;        // users whose refusals are resolved
};
request_line to_line(const request_record& record);

// Writes one line of the log, and updates the list of refused users. The line is not consumed, because a
// transaction may run twice. Nothing is written for a directory that does not exist.
void write_line(store::transaction& tx, const request_line& line, const request_retention& keep);

// Delete some of a directory's entries beyond the limits, or some entries of any directory that are too old.
// true: there may be more.
bool trim_requests(store::transaction& tx, directory_id directory, const request_retention& keep);
bool trim_old_requests(store::transaction& tx, const request_retention& keep);

// Marks the refusals of the user up to that time as resolved.
void resolve_refusals(store::transaction& tx, directory_id directory, const person& user, time_point at);

}  // namespace scimd::service
