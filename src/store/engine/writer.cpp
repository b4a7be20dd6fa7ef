#include "store/engine/writer.hpp"

#include <algorithm>
#include <utility>

namespace scimd::store {

namespace {

using steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr sql::statement begin_group{"writer.begin", "begin immediate"};
constexpr sql::statement commit_group{"writer.commit", "commit"};
constexpr sql::statement rollback_group{"writer.rollback", "rollback"};
constexpr sql::statement begin_work{"writer.savepoint", "savepoint work"};
constexpr sql::statement undo_work{"writer.rollback_to", "rollback to work"};
constexpr sql::statement end_work{"writer.release", "release work"};

// Checkpoints the write-ahead log each time a thirty-second of its limit (4 MiB) has been added, without
// waiting for readers; from a quarter of its limit on, it waits for them briefly.
constexpr int log_steps = 32;
constexpr int urgent_divisor = 4;
constexpr milliseconds patience_urgent{5};
constexpr milliseconds patience_at_most{50};

constexpr std::int64_t quantum_us = 1'000;  // one turn of a tenant

// Times never go back, even when the clock is set back a little. After a larger step the old time was wrong.
constexpr std::chrono::minutes ahead_max{5};

constexpr milliseconds idle_interval{1'000};  // between checks of the files and probes of a full disk

// The application id ("SCIM") in the header of the file. Setting it writes the first page whatever its value
// was: the smallest durable write.
constexpr std::string_view smallest_write = "pragma application_id = 1396918605";

// Statements of a running task can be cancelled; those that commit and roll back never are.
class abandonable {
public:
    abandonable(sqlite::connection& database, const std::atomic<bool>* is_cancelled) : database_(database) {
        database_.set_cancellation(is_cancelled);
    }
    ~abandonable() { database_.set_cancellation(nullptr); }
    abandonable(const abandonable&) = delete;
    abandonable& operator=(const abandonable&) = delete;

private:
    sqlite::connection& database_;
};

template <class Failure>
std::exception_ptr made(const std::string& reason) {
    return std::make_exception_ptr(Failure(reason));
}

}  // namespace

writer::writer(sqlite::connection& database, const clock& wall_clock, id_source& ids, logger& log,
        metrics_registry& metrics, const writer_limits& limits)
        : database_(database),
          wall_clock_(wall_clock),
          ids_(ids),
          log_(log),
          limits_(limits),
          groups_(metrics.counter_of("scimd_store_groups_total", "Group commits.")),
          group_works_(metrics.counter_of(
                  "scimd_store_group_works_total", "Works that went through group commits.")),
          rollbacks_(metrics.counter_of("scimd_store_rollbacks_total", "Writing works that were undone.")),
          commit_time_(
                  metrics.histogram_of("scimd_store_commit_seconds", "Duration of commits with their sync.")),
          queue_({.places_max = limits.queue_max,
                  .bytes_max = limits.queue_bytes_max,
                  .quantum = quantum_us}),
          queue_metrics_(metrics, "write"),
          thread_([this] { serve(); }) {}

writer::~writer() {
    stop();
}

void writer::submit(const scheduling_key& key, task work, completion done) {
    std::exception_ptr refusal;
    {
        const std::lock_guard lock(mutex_);
        if (!broken_.empty())
            refusal = made<sql::failure>(broken_);
        else if (is_stopping_)
            refusal = made<sql::busy>("the store is closing");
        else
            enqueue(key, work, done, refusal);
    }
    if (refusal)
        done(refusal);
    else
        changed_.notify_one();  // after the lock is released, which the thread needs first
}

// With the lock held. On rejection, sets `refusal` to the reason and leaves the task as it is.
void writer::enqueue(const scheduling_key& key, task& work, completion& done, std::exception_ptr& refusal) {
    queued_task next{std::move(work), std::move(done), key.owner};
    const auto admitted = queue_.push(key, std::move(next));
    queue_metrics_.note(admitted);
    if (admitted != admission::accepted) {
        // The queue moves from it only when it accepts.
        work = std::move(next.work);  // NOLINT(bugprone-use-after-move)
        done = std::move(next.done);
        refusal = queue_refusal(admitted);
        return;
    }
    queue_metrics_.record_load(queue_.size(), queue_.bytes());
    if (key.owner != current_)
        do_others_wait_ = true;
}

void writer::run_between_groups(std::unique_ptr<maintenance_task> work) {
    const auto asked = std::make_shared<maintenance_job>();
    asked->work = std::move(work);
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_)
            throw sql::busy("the store is closing");
        maintenance_jobs_.push_back(asked);
    }
    changed_.notify_one();
    asked->done.get_future().get();
}

std::string writer::why_not_writable() const {
    const std::lock_guard lock(mutex_);
    if (!broken_.empty())
        return broken_;
    if (is_full_)
        return "the disk is full";
    return is_stopping_ ? "the store is closing" : "";
}

bool writer::is_broken() const {
    const std::lock_guard lock(mutex_);
    return !broken_.empty();
}

void writer::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable())
        thread_.join();
}

void writer::serve() {
    while (wait()) {
        run_group();
        checkpoint_if_large();
        run_maintenance_step();
    }
}

// Waits until there is something to do; false when stopped and everything is done.
bool writer::wait() {
    std::unique_lock lock(mutex_);
    const auto is_due = [this] { return queue_.size() > 0 || !maintenance_jobs_.empty() || is_stopping_; };
    while (!changed_.wait_for(lock, idle_interval, is_due)) {
        if (!broken_.empty())
            continue;
        const bool is_full = is_full_;
        lock.unlock();
        probe_disk(is_full);
        lock.lock();
    }
    return queue_.size() > 0 || !maintenance_jobs_.empty();
}

std::optional<writer::queued_task> writer::next_task() {
    const std::lock_guard lock(mutex_);
    charge();
    auto next = queue_.take();
    if (!next)
        return std::nullopt;
    is_charged_ = false;
    queue_metrics_.record_load(queue_.size(), queue_.bytes());
    current_ = next->owner;
    do_others_wait_ = queue_.has_others(current_);
    return std::move(next->item);
}

// With the lock held: charges the tenant of the last task for the time that it took.
void writer::charge() {
    if (!std::exchange(is_charged_, true))
        queue_.finish(current_, std::exchange(cost_, {}).count());
}

void writer::run_group() {
    std::vector<queued_task> group;
    group.reserve(limits_.group_works_max);
    if (std::optional<queued_task> first = next_task())
        group.push_back(std::move(*first));
    else
        return;
    const std::uint64_t commits_before = database_.commits();
    try {
        run_tasks(group);
        check_files();
    } catch (const sqlite::storage_failure& problem) {
        record_failure(problem);
        fail_group<sql::failure>(group, problem.what());
    } catch (const sql::busy& problem) {
        fail_group<sql::busy>(group, problem.what());
    } catch (const std::exception& problem) {
        fail_group<sql::failure>(group, problem.what());
    }
    {
        const std::lock_guard lock(mutex_);
        charge();
    }
    complete(group);
    if (database_.commits() != commits_before && on_commit_)
        on_commit_();
}

// Starts with the only task in `group` and adds queued tasks up to the limits of a group.
void writer::run_tasks(std::vector<queued_task>& group) {
    if (is_broken())
        throw sql::failure(why_not_writable());
    if (is_cancelled())
        throw sql::busy("the service is stopping");
    const auto started = steady::now();
    database_.run(begin_group);
    bool has_kept_works = run_timed(group.back());
    bool is_shared = false;
    while (may_grow(group.size(), is_shared, steady::now() - started) && !is_cancelled()) {
        std::optional<queued_task> next = next_task();
        if (!next)
            break;
        is_shared |= next->owner != group.front().owner;
        group.push_back(std::move(*next));
        has_kept_works |= run_timed(group.back());
    }
    commit(has_kept_works);
    groups_.add();
    group_works_.add(group.size());
}

// Adds tasks of waiting tenants however long the group has taken: its own tasks then wait for one commit
// less. Once it has tasks of several tenants, the group ends soon.
bool writer::may_grow(std::size_t works, bool is_shared, std::chrono::steady_clock::duration elapsed) const {
    if (works >= limits_.group_works_max)
        return false;
    const auto most = is_shared ? std::min(limits_.group_work_max, limits_.group_work_shared_max)
                                : limits_.group_work_max;
    return elapsed < most || (!is_shared && do_others_wait_);
}

// Measures the time whether the task succeeds or fails.
bool writer::run_timed(queued_task& one) {
    struct stopwatch {
        std::chrono::microseconds& into;
        const steady::time_point started = steady::now();
        ~stopwatch() {
            into = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - started);
        }
    };
    const stopwatch running{cost_};
    return run_task(one);
}

// Returns whether the changes of the task stay.
bool writer::run_task(queued_task& one) {
    database_.run(begin_work);
    bool is_kept = false;
    try {
        transaction tx(database_, next_time(), ids_, std::nullopt, &do_others_wait_);
        const abandonable within(database_, limits_.is_cancelled);
        is_kept = one.work(tx) == verdict::commit;
        if (is_kept && database_.owes_foreign_keys())
            throw sql::failure("a work left a foreign key without its row");
    } catch (const sqlite::storage_failure&) {
        throw;
    } catch (...) {
        is_kept = false;
        one.problem = std::current_exception();
    }
    // Some failures make SQLite roll back the whole transaction, not just the statement.
    if (!database_.in_transaction())
        throw sql::failure("the group was rolled back by a failing work");
    if (!is_kept) {
        database_.run(undo_work);
        rollbacks_.add();
    }
    database_.run(end_work);
    return is_kept;
}

void writer::commit(bool has_kept_works) {
    if (!has_kept_works) {
        database_.run(rollback_group);  // a commit would write and sync unchanged pages
        return;
    }
    const auto started = steady::now();
    database_.run(commit_group);
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - started);
    commit_time_.observe_us(static_cast<std::uint64_t>(taken.count()));
    record_success();
}

// Fails the group: no task of it was acknowledged, and none of its changes stay. A task that failed by itself
// keeps its reason.
template <class Failure>
void writer::fail_group(std::vector<queued_task>& group, const std::string& reason) {
    undo();
    for (queued_task& one : group)
        if (!one.problem)
            one.problem = made<Failure>(reason);
}

void writer::complete(std::vector<queued_task>& group) {
    for (queued_task& one : group) {
        one.work = nullptr;
        try {
            one.done(std::exchange(one.problem, nullptr));
        } catch (const std::exception& defect) {
            log_.error("store.completion_failed", {{"reason", std::string_view(defect.what())}});
        }
    }
}

std::shared_ptr<writer::maintenance_job> writer::next_maintenance() {
    const std::lock_guard lock(mutex_);
    if (maintenance_jobs_.empty())
        return nullptr;
    std::shared_ptr<maintenance_job> next = std::move(maintenance_jobs_.front());
    maintenance_jobs_.pop_front();
    return next;
}

void writer::run_maintenance_step() {
    const std::shared_ptr<maintenance_job> current = next_maintenance();
    if (!current)
        return;
    try {
        bool is_stopping = false;
        {
            const std::lock_guard lock(mutex_);
            is_stopping = is_stopping_;
        }
        if (is_stopping || is_cancelled())
            throw sql::busy("the store is closing");
        if (current->work->step(database_)) {
            const std::lock_guard lock(mutex_);
            maintenance_jobs_.push_back(current);
            return;
        }
        current->work.reset();
        current->done.set_value();
    } catch (...) {
        current->work.reset();
        current->done.set_exception(std::current_exception());
    }
}

void writer::undo() noexcept {
    try {
        if (database_.in_transaction())
            database_.run(rollback_group);
    } catch (const std::exception& problem) {
        const std::lock_guard lock(mutex_);
        broken_ = problem.what();
    }
}

void writer::record_failure(const sqlite::storage_failure& problem) {
    const bool is_full = problem.cause == sqlite::storage_failure::kind::full;
    {
        const std::lock_guard lock(mutex_);
        if (is_full)
            is_full_ = true;
        else
            broken_ = problem.what();
    }
    log_.error(is_full ? "store.full" : "store.broken", {{"reason", std::string_view(problem.what())}});
}

void writer::record_success() {
    bool was_full = false;
    {
        const std::lock_guard lock(mutex_);
        was_full = std::exchange(is_full_, false);
    }
    if (was_full)
        log_.info("store.writable");
}

// Runs while there is nothing to do. A server that is not ready gets no writes, so the writer itself detects
// when a full disk has room again.
void writer::probe_disk(bool is_full) {
    try {
        check_files();
        if (!is_full)
            return;
        database_.execute("writer.probe", smallest_write);
        record_success();
    } catch (const sqlite::storage_failure& problem) {
        if (problem.cause != sqlite::storage_failure::kind::full)
            record_failure(problem);
    } catch (const sql::failure&) {
        // Does not log: the next probe reports the disk.
    }
}

void writer::check_files() const {
    const auto reason = limits_.why_lost ? limits_.why_lost() : std::string();
    if (!reason.empty())
        throw sqlite::storage_failure(reason, sqlite::storage_failure::kind::io);
}

void writer::checkpoint_if_large() {
    const int frames = database_.wal_frames();
    if (frames < log_frames_tried_)
        log_frames_tried_ = 0;  // the log was restarted
    const int step = std::max(1, limits_.log_frames_max / log_steps);
    if (frames - log_frames_tried_ < step || is_broken() || is_cancelled())
        return;
    log_frames_tried_ = frames;
    using mode = sqlite::connection::checkpoint_mode;
    try {
        if (frames < limits_.log_frames_max / urgent_divisor)
            database_.checkpoint(mode::passive, milliseconds(0));
        else if (frames < limits_.log_frames_max)
            database_.checkpoint(mode::truncate, patience_urgent);
        else
            restart_log();
    } catch (const sqlite::storage_failure& problem) {
        record_failure(problem);
    } catch (const sql::failure& problem) {
        log_.warning("store.checkpoint_failed", {{"reason", std::string_view(problem.what())}});
    }
}

// At its limit the log does not wait for scans any more: they are cancelled. Consecutive scans, even of one
// tenant, would keep it from being restarted forever. Older scans keep its end from being checkpointed; once
// it has been, scans that began meanwhile keep it in use. Scans that begin after that read only the database
// file and block nothing.
void writer::restart_log() {
    using mode = sqlite::connection::checkpoint_mode;
    if (database_.checkpoint(mode::truncate, patience_urgent).is_complete)
        return;
    for (const auto how : {mode::full, mode::truncate}) {
        if (limits_.give_up_scans)
            limits_.give_up_scans();
        if (!database_.checkpoint(how, patience_at_most).is_complete)
            return;
    }
}

time_point writer::next_time() {
    const auto now = wall_clock_.now();
    last_time_ = last_time_ - now > ahead_max ? now : std::max(last_time_, now);
    return last_time_;
}

}  // namespace scimd::store
