// The interface of the database: submit a task with its intent, get a completion. Knows nothing of HTTP.
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
    read,         // bounded and indexed: runs immediately on the calling thread
    inline_read,  // a read on an I/O thread: fails with sql::over_budget when it exceeds
                  // inline_budget
    scan,         // may read many rows: runs on a small thread pool, with a deadline
    write,        // runs on the writer thread, committed in a group with other writes
};
// What a task returns: whether its changes stay.
enum class verdict { commit, rollback };

constexpr sql::read_budget inline_budget{.steps = 50'000, .bytes = 512 * 1024};

// Runs in a transaction, performs no I/O of its own and may run twice.
using task = std::function<verdict(transaction&)>;

// The tenant has used up its share of a queue in which other tenants still have room (429).
struct over_share : sql::busy {
    using busy::busy;
};

// Called once: on the calling thread (read, inline_read), a pool thread (scan) or the writer thread after the
// commit (write). The exception reports a failure of the database, never of the task's input: over_share,
// sql::busy (queue full, deadline, shutdown) or sql::failure; for an inline_read also sql::over_budget
// (is_over_budget).
using completion = std::function<void(std::exception_ptr)>;

// Thread-safe: any thread may submit. Implemented by sqlite/sqlite_store.cpp.
class database {
public:
    virtual ~database() = default;

    // Scans and writes wait in fair queues (store/engine/fair_queue.hpp), by the tenant in the key. Any
    // thread.
    virtual void submit(intent mode, const scheduling_key& key, task work, completion done) = 0;

    // Submits an internal task of the service.
    void submit(intent mode, task work, completion done) {
        submit(mode, scheduling_key(), std::move(work), std::move(done));
    }

    // Sets a callback that the writer thread calls after each group commit that changed something. Must be
    // called before the first submit.
    virtual void on_commit(std::function<void()> callback) = 0;

    // Readiness: empty while writes are accepted, otherwise the reason.
    virtual std::string why_not_writable() const = 0;

    // Whether a write or an fsync has failed. Nothing is written any more until the store is opened again: a
    // second fsync after a failed one proves nothing.
    virtual bool is_broken() const = 0;

    // Makes a consistent copy at `target`, which must not exist, while tasks go on. Blocks; throws
    // sql::failure.
    virtual void backup(const std::filesystem::path& target) = 0;

    // Runs PRAGMA integrity_check and foreign_key_check and checks the invariants of the schema; returns one
    // line for each violation. Blocks.
    virtual std::vector<std::string> check() = 0;

    // Graceful shutdown: accepts no more tasks, finishes the queued ones, checkpoints, closes. Called once.
    virtual void close() = 0;
};

struct sqlite_options {
    std::filesystem::path folder;         // created with mode 0700 if missing
    std::size_t write_queue_max = 4'096;  // tasks of all tenants; each tenant has a share
    std::size_t write_queue_bytes_max = 128 * 1024 * 1024;
    std::size_t group_works_max = 128;
    std::chrono::microseconds group_work_max{5'000};
    std::chrono::microseconds group_work_shared_max{2'000};  // when the group has tasks of several tenants
    std::size_t scan_threads = 3;                            // of which one organization gets at most two
    std::size_t scan_queue_max = 1'024;
    std::size_t scan_queue_bytes_max = 32 * 1024 * 1024;
    std::chrono::milliseconds scan_deadline{5'000};

    // Limit of the write-ahead log in frames of 4,120 bytes: 128 MiB. At the limit scans that keep the log
    // from being restarted end with sql::busy, so that no scan blocks the writer.
    int log_frames_max = 32'000;

    std::size_t readers_max = 64;  // read connections in the pool

    // Once it is set, running and queued tasks are cancelled with sql::busy. Outlives the store; null: never.
    const std::atomic<bool>* is_cancelled = nullptr;
};

// Opens or creates <folder>/scimd.db: locks the folder, rejects network file systems, migrates the schema,
// and checks the database after an unclean shutdown. Problems that an operator can solve are results: the
// folder is locked by another process (conflict); a newer schema or a damaged file (unavailable, with the
// reason).
result<std::unique_ptr<database>> open_sqlite(const sqlite_options& options, const clock& wall_clock,
        id_source& ids, logger& log, metrics_registry& metrics);

// Whether an inline_read has exceeded its budget and must be repeated as a scan.
bool is_over_budget(const std::exception_ptr& failure) noexcept;

// The version of the SQLite library in this process.
std::string sqlite_version();

// Runs a task and waits for it: for background jobs, the command line and tests. Throws the exception that
// the completion gets.
void run(database& store, intent mode, const task& work);
void run(database& store, intent mode, const scheduling_key& key, const task& work);

// The exception for a task that a queue has rejected: over_share or sql::busy.
std::exception_ptr queue_refusal(admission why);

}  // namespace scimd::store
