// What identity providers asked and were answered, noted beside the requests and written later in batches: no
// request waits for its line in the log, and none fails because of it (docs/decisions/0018).
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

// How much is kept of each directory. What is beyond goes within seconds, a little at a time.
struct request_retention {
    std::int64_t entries_max = 10'000;  // 0: no request is logged; refused users are listed all the same
    std::chrono::hours kept_for{30 * 24};
};

constexpr std::int64_t refusals_max = 10'000;              // of a directory
constexpr std::chrono::hours refusals_kept_for{400 * 24};  // since the last one

// What may wait to be written.
constexpr std::size_t request_notes_max = 8'000;        // of all directories
constexpr std::size_t directory_notes_max = 2'000;      // of one: a busy one leaves room for others
constexpr std::size_t directory_reads_max = 500;        // of one, successful reads: these say least
constexpr std::size_t strangers_a_minute_max = 30;      // of one, requests without a good token
constexpr std::size_t strangers_directories_max = 500;  // that such requests name, in a minute
constexpr std::size_t users_a_minute_max = 60;          // of one, requests with tokens of its users

struct request_record {
    directory_id directory;
    bool is_known = false;  // its token was good
    time_point at;          // when it came
    std::string method;
    std::string path;  // "/Users/{id}"; empty: none of ours
    std::vector<std::pair<std::string, std::string>> query;
    int status = 0;
    std::int64_t microseconds = 0;
    std::string request_id;
    std::string resource_id;  // as it stands in the path; empty: none
    std::string provider;     // of which the request seems to be; empty: unknown
    std::string agent;
    std::string user{};  // for whom the token stood; empty: nobody
    std::string answer;  // of a refused request
    request_trace trace;
};

// Any thread.
class request_log {
public:
    explicit request_log(metrics_registry& metrics) : metrics_(metrics) {}

    // Dropped, and counted, when too many wait. Never blocks for longer than a push to a list.
    void note(request_record what);

    // At most so many of those that wait, the oldest first.
    std::vector<request_record> take(std::size_t most);

private:
    struct waiting_of_directory {
        std::size_t all = 0;
        std::size_t reads = 0;
    };

    bool has_room(const request_record& what);
    bool has_room_for_guest(const request_record& what);

    metrics_registry& metrics_;
    std::mutex mutex_;
    std::vector<request_record> waiting_;
    std::map<directory_id, waiting_of_directory> counts_;
    std::map<directory_id, std::size_t> strangers_;  // of this minute
    std::map<directory_id, std::size_t> users_;      // likewise
    std::chrono::minutes minute_{};
};

// A note as it will be written, with everything masked: pure, and the larger part of the work.
struct request_line {
    store::request_log::entry entry;
    std::vector<refusal_record> refused;  // for the ledger
    std::vector<person> succeeded;        // whose refusals are over
};
request_line to_line(const request_record& from);

// One line of the log and what it means for the ledger. The line may be written twice: nothing of it is used
// up. Of a directory that is gone, or never was, nothing is written.
void write_line(store::transaction& tx, const request_line& what, const request_retention& keep);

// Deletes some of what is beyond the limits, of that directory; of any, what is too old. true: there may be
// more.
bool trim_requests(store::transaction& tx, directory_id where, const request_retention& keep);
bool trim_old_requests(store::transaction& tx, const request_retention& keep);

// What was refused of the user up to that time is over.
void resolve_refusals(store::transaction& tx, directory_id where, const person& who, time_point at);

}  // namespace scimd::service
