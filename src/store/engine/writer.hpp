// The only thread that writes. It commits queued tasks in groups, with one fsync for each group (group
// commit). Tasks wait in a fair queue, in which each tenant pays for the time that its tasks have taken.
//
// Each task has a savepoint of its own, so that a rejection or an exception rolls back that task alone. A
// disk failure fails the whole group. A full disk is retried; after an I/O error nothing is written until the
// next start, because a second fsync after a failed one proves nothing.
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
    std::chrono::microseconds group_work_shared_max{2'000};  // when the group has tasks of several tenants
    int log_frames_max = 32'000;  // of 4,120 bytes in the write-ahead log; see sqlite_options
    std::function<void()> give_up_scans = {};
    const std::atomic<bool>* is_cancelled =
            nullptr;  // once it is set, tasks and maintenance tasks are cancelled
    // Why everything written is lost because the files were replaced; empty when it is not. Called on the
    // writer thread each second, and after each commit before any task of it is acknowledged.
    std::function<std::string()> why_lost = {};
};

// A long operation on the writer's connection (backup), done in steps between groups. Created, used and
// destroyed on the writer thread, except for the constructor.
class maintenance_task {
public:
    virtual ~maintenance_task() = default;
    virtual bool step(sqlite::connection& database) = 0;  // false: done
};

class writer {
public:
    // The connection belongs to the writer until stop() returns.
    writer(sqlite::connection& database, const clock& wall_clock, id_source& ids, logger& log,
            metrics_registry& metrics, const writer_limits& limits);
    ~writer();
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    void submit(const scheduling_key& key, task work, completion done);
    void on_commit(std::function<void()> callback) { on_commit_ = std::move(callback); }

    // Waits until the maintenance task is done. Throws what its step threw, or sql::busy when the writer
    // stops before.
    void run_between_groups(std::unique_ptr<maintenance_task> work);

    [[nodiscard]] std::string why_not_writable() const;
    [[nodiscard]] bool is_broken() const;

    // Accepts no more tasks, finishes the queued ones, ends the thread.
    void stop();

private:
    struct queued_task {
        task work;
        completion done;
        tenant owner{};
        std::exception_ptr problem{};
    };
    struct maintenance_job {
        std::unique_ptr<maintenance_task> work;
        std::promise<void> done;
    };

    void enqueue(const scheduling_key& key, task& work, completion& done, std::exception_ptr& refusal);
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
            std::size_t works, bool is_shared, std::chrono::steady_clock::duration elapsed) const;
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

    // Used only by the writer thread.
    time_point last_time_{};
    int log_frames_tried_ = 0;
    std::chrono::microseconds cost_{};  // of the last task

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    fair_queue<queued_task> queue_;
    queue_metrics queue_metrics_;
    tenant current_;                            // the tenant of the last task
    bool is_charged_ = true;                    // for that task
    std::atomic<bool> do_others_wait_ = false;  // whether tasks of other tenants wait
    std::deque<std::shared_ptr<maintenance_job>> maintenance_jobs_;
    bool is_stopping_ = false;
    bool is_full_ = false;
    std::string broken_;  // why nothing is written any more; empty while writes go on

    std::thread thread_;  // last member: uses all others
};

}  // namespace scimd::store
