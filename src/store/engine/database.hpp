// The database as works see it: submit a task with its intent, be told when it is done. Knows nothing of
// HTTP.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "store/engine/scheduling_key.hpp"
#include "store/engine/transaction.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace scimd::store {

enum class intent {
    read,         // bounded and indexed: runs at once on the calling thread
    inline_read,  // a read on a thread for which others wait: beyond inline_budget it ends in
                  // sql::over_budget
    scan,         // may touch many rows: runs on a small pool, with a deadline
    write,        // runs on the writer's thread, committed together with its neighbours
};
enum class verdict { commit, rollback };

constexpr sql::read_budget inline_budget{.steps = 50'000, .bytes = 512 * 1024};

using task = std::function<verdict(transaction&)>;

// The tenant's share of a queue is taken; others still have room in it (429).
struct over_share : sql::busy {
    using busy::busy;
};

// Called once: on the calling thread (read, inline_read), a pool thread (scan) or the writer's thread after
// the commit (write). The exception is the machine's failure: over_share, sql::busy (queue full, deadline,
// shutting down) or sql::failure; of an inline_read sql::over_budget, too (is_over_budget).
using completion = std::function<void(std::exception_ptr)>;

class database {
public:
    virtual ~database() = default;

    // Scans and writes wait in fair queues (store/engine/fair_queue), by the tenant that the key names.
    virtual void submit(intent mode, const scheduling_key& key, task what, completion done) = 0;

    // A work of the service's own.
    void submit(intent mode, task what, completion done)
    {
        submit(mode, scheduling_key(), std::move(what), std::move(done));
    }

    // Rings after each group commit that changed something, on the writer's thread. Set before the first
    // submit.
    virtual void on_commit(std::function<void()> bell) = 0;

    // Empty while writes are taken; else why not (readiness).
    virtual std::string why_not_writable() const = 0;

    // A write or a sync of it has failed: nothing is written any more until the store is opened again. Trying
    // the sync once more would prove nothing.
    virtual bool is_broken() const = 0;

    // A consistent copy at `target` (which must not exist) while works go on. Blocks; throws sql::failure.
    virtual void backup(const std::filesystem::path& target) = 0;

    // PRAGMA integrity_check, foreign_key_check and our own invariants; one line a finding, none when sound.
    // Blocks.
    virtual std::vector<std::string> check() = 0;

    // Takes no more works, finishes those queued, checkpoints, closes. Called once.
    virtual void close() = 0;
};

struct sqlite_options {
    std::filesystem::path folder;         // made with mode 0700 when missing
    std::size_t write_queue_max = 4'096;  // works of all customers, of which each has a share
    std::size_t write_queue_bytes_max = 128 * 1024 * 1024;
    std::size_t group_works_max = 128;
    std::chrono::microseconds group_work_max{5'000};
    std::chrono::microseconds group_work_shared_max{2'000};  // when works of several tenants are in it
    std::size_t scan_threads = 3;                            // of which one organization has two
    std::size_t scan_queue_max = 1'024;
    std::size_t scan_queue_bytes_max = 32 * 1024 * 1024;
    std::chrono::milliseconds scan_deadline{5'000};

    // In the write-ahead log, of 4,120 bytes each: 128 MiB. When there are so many, scans that keep the log
    // from being begun anew end with sql::busy: no scan may hold up the writer.
    int log_frames_max = 32'000;

    std::size_t readers_max = 64;  // connections kept for point reads

    // Once it is set, works are abandoned with sql::busy, those under way and those that wait. Outlives the
    // store; null: never.
    const std::atomic<bool>* is_cancelled = nullptr;
};

// Opens or makes <folder>/scimd.db: takes the folder's lock, refuses network file systems, migrates, verifies
// after an unclean end. Errors a person can mend are results: folder locked by another process (conflict), a
// newer schema, a damaged file (unavailable, with the reason).
result<std::unique_ptr<database>> open_sqlite(
    const sqlite_options& options,
    const clock& wall_clock,
    id_source& ids,
    logger& log,
    metrics_registry& metrics
);

// Whether an inline_read has to be done again as a scan.
bool is_over_budget(const std::exception_ptr& failure) noexcept;

// The version of the SQLite library in this process.
std::string sqlite_version();

// Runs a task and waits for it: for jobs, the command line and tests. Throws what the completion got.
void run(database& where, intent mode, const task& what);
void run(database& where, intent mode, const scheduling_key& key, const task& what);

// What a work gets that a queue has not accepted: over_share or sql::busy.
std::exception_ptr queue_refusal(admission why);

}  // namespace scimd::store
