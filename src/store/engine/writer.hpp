// The one thread that writes: it commits the works that are queued together, with one sync for all. They wait
// in a fair queue; each tenant pays with its later turns for the time that its works have taken.
//
// A work has a savepoint of its own, so that a refusal or an exception undoes it alone. What the disk does
// wrong fails the whole group. A full disk is tried again; after an I/O error nothing is written any more
// until the next start, since a second fsync after a failed one proves nothing.
#pragma once

#include "store/engine/database.hpp"
#include "store/engine/fair_queue.hpp"
#include "store/engine/queue_metrics.hpp"
#include "store/sqlite/sqlite.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace scimd::store {

struct writer_limits {
    std::size_t queue_max = 4'096;
    std::size_t queue_bytes_max = 128 * 1024 * 1024;
    std::size_t group_works_max = 128;
    std::chrono::microseconds group_work_max{5'000};
    std::chrono::microseconds group_work_shared_max{2'000};  // when works of several tenants are in it
    int log_frames_max = 32'000;  // of 4,120 bytes, in the write-ahead log; see store.hpp
    std::function<void()> give_up_scans = {};
    const std::atomic<bool>* is_cancelled = nullptr;  // once it is set, works and chores are abandoned
    // Why what is written is lost, since the files were replaced; empty: it is not. Asked on the writer's
    // thread behind each commit, before anything of it is acknowledged, and each second.
    std::function<std::string()> why_lost = {};
};

// Something that needs the writer's connection and takes long: done a step at a time between groups. Made,
// used and destroyed on the writer's thread but for the constructor.
class maintenance_task {
public:
    virtual ~maintenance_task() = default;
    virtual bool step(sqlite::connection& database) = 0;  // false: done
};

class writer {
public:
    // The connection is the writer's until stop() returns.
    writer(
        sqlite::connection& database,
        const clock& wall_clock,
        id_source& ids,
        logger& log,
        metrics_registry& metrics,
        const writer_limits& limits
    );
    ~writer();
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    void submit(const scheduling_key& key, task what, completion done);
    void on_commit(std::function<void()> bell) { on_commit_ = std::move(bell); }

    // Waits for the end of the chore; throws what its step threw, sql::busy when the writer stops before.
    void run_between_groups(std::unique_ptr<maintenance_task> what);

    [[nodiscard]] std::string why_not_writable() const;
    [[nodiscard]] bool is_broken() const;

    // Takes no more, finishes what is queued, ends the thread.
    void stop();

private:
    struct queued_task {
        task what;
        completion done;
        tenant owner{};
        std::exception_ptr problem{};
    };
    struct maintenance_job {
        std::unique_ptr<maintenance_task> what;
        std::promise<void> done;
    };

    void enqueue(const scheduling_key& key, task& what, completion& done, std::exception_ptr& refusal);
    void serve();
    bool wait();
    std::optional<queued_task> next_task();
    std::shared_ptr<maintenance_job> next_maintenance();

    void run_group();
    void run_tasks(std::vector<queued_task>& group);
    bool run_task(queued_task& one);
    bool run_timed(queued_task& one);
    void charge();
    [[nodiscard]] bool may_grow(
        std::size_t works, bool is_shared, std::chrono::steady_clock::duration elapsed
    ) const;
    void commit(bool has_kept_works);
    template <class Failure>
    void fail_group(std::vector<queued_task>& group, const std::string& reason);
    void complete(std::vector<queued_task>& group);
    void run_maintenance_step();

    [[nodiscard]] bool is_cancelled() const { return limits_.is_cancelled && *limits_.is_cancelled; }
    void undo() noexcept;
    void record_failure(const sqlite::storage_failure& problem);
    void record_success();
    void probe_disk(bool is_full);
    void check_files() const;
    void checkpoint_if_large();
    void restart_log();
    time_point next_time();

    sqlite::connection& database_;
    const clock& wall_clock_;
    id_source& ids_;
    logger& log_;
    const writer_limits limits_;
    counter& groups_;
    counter& group_works_;
    counter& rollbacks_;
    histogram& commit_time_;
    std::function<void()> on_commit_;

    // Of the writer's thread alone.
    time_point last_time_{};
    int log_frames_tried_ = 0;
    std::chrono::microseconds cost_{};  // of the last work

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    fair_queue<queued_task> queue_;
    queue_metrics queue_metrics_;
    tenant current_;                            // whose work was taken last
    bool is_charged_ = true;                    // for that work
    std::atomic<bool> do_others_wait_ = false;  // works of others than that one
    std::deque<std::shared_ptr<maintenance_job>> maintenance_jobs_;
    bool is_stopping_ = false;
    bool is_full_ = false;
    std::string broken_;  // why nothing is written any more; empty: it is

    std::thread thread_;  // last: it uses all of the above
};

}  // namespace scimd::store
