#include "embedded_sqlite_migrations.hpp"
#include "store/engine/database.hpp"
#include "store/engine/reader_pool.hpp"
#include "store/engine/worker_pool.hpp"
#include "store/engine/writer.hpp"
#include "store/sqlite/backup.hpp"
#include "store/sqlite/data_directory.hpp"
#include "store/sqlite/integrity_check.hpp"
#include "store/sqlite/migrate.hpp"
#include "store/sqlite/sqlite.hpp"

#include <sqlite3.h>

#include <atomic>
#include <future>
#include <utility>

namespace scimd::store {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds last_checkpoint_patience{5'000};
constexpr std::int64_t scan_quantum_us = 20'000;  // one turn of a tenant

constexpr sql::statement greatest_id{
        "store.greatest_id",
        "select max("
        " coalesce((select max(id) from events), 0),"
        " coalesce((select max(events_deleted_up_to) from environments), 0),"
        " coalesce((select max(events_deleted_up_to) from directory_usage), 0),"
        " coalesce((select max(id) from resources), 0),"
        " coalesce((select max(id) from organizations), 0), coalesce((select max(id) from directories), 0),"
        " coalesce((select max(id) from domains), 0), coalesce((select max(id) from secrets), 0),"
        " coalesce((select max(id) from clients), 0), coalesce((select max(id) from client_secrets), 0),"
        " coalesce((select max(id) from signing_keys), 0),"
        " coalesce((select max(id) from webhook_endpoints), 0),"
        " coalesce((select max(id) from membership_jobs), 0),"
        " coalesce((select max(id) from webhook_attempts), 0))",
};
constexpr sql::statement begin_check{"store.begin_check", "begin"};
constexpr sql::statement end_check{"store.end_check", "commit"};

// The dependencies of a store besides its folder and its connection.
struct writer_dependencies {
    const sqlite_options& options;
    const clock& wall_clock;
    id_source& ids;
    logger& log;
    metrics_registry& metrics;
};

class sqlite_store final : public database {
public:
    sqlite_store(std::unique_ptr<data_directory> folder, std::unique_ptr<sqlite::connection> writing,
            const writer_dependencies& around);
    ~sqlite_store() override { shut(); }

    using database::submit;
    void submit(intent mode, const scheduling_key& key, task work, completion done) override;
    void on_commit(std::function<void()> callback) override { writer_.on_commit(std::move(callback)); }
    std::string why_not_writable() const override { return writer_.why_not_writable(); }
    bool is_broken() const override { return writer_.is_broken(); }
    void backup(const std::filesystem::path& target) override { back_up(writer_, target, is_cancelled_); }
    std::vector<std::string> check() override;
    void close() override { shut(); }

private:
    std::exception_ptr read(
            const task& work, steady::time_point deadline, std::optional<sql::read_budget> budget = {});
    std::exception_ptr read(const task& work, const reader_pool::bounds& within);
    void give_up_scans();
    void scan(const scheduling_key& key, task work, completion done);
    void shut();
    void leave_folder();

    const clock& wall_clock_;
    logger& log_;
    const std::chrono::milliseconds scan_deadline_;
    const std::atomic<bool>* const is_cancelled_;
    counter& reads_;
    counter& scans_taken_;
    counter& writes_;
    counter& over_budget_;
    counter& scans_given_up_;
    std::atomic<bool> is_closing_ = false;

    std::unique_ptr<data_directory> folder_;
    std::unique_ptr<sqlite::connection> writing_;
    reader_pool readers_;
    worker_pool scans_;
    writer writer_;
};

counter& works_counter(metrics_registry& metrics, std::string_view mode) {
    return metrics.counter_of("scimd_store_works_total", "Works submitted, by intent.", {{"intent", mode}});
}

sqlite_store::sqlite_store(std::unique_ptr<data_directory> folder,
        std::unique_ptr<sqlite::connection> writing, const writer_dependencies& around)
        : wall_clock_(around.wall_clock),
          log_(around.log),
          scan_deadline_(around.options.scan_deadline),
          is_cancelled_(around.options.is_cancelled),
          reads_(works_counter(around.metrics, "read")),
          scans_taken_(works_counter(around.metrics, "scan")),
          writes_(works_counter(around.metrics, "write")),
          over_budget_(around.metrics.counter_of("scimd_store_reads_over_budget_total",
                  "Reads on the threads of connections that looked at too much and were done again as "
                  "scans.")),
          scans_given_up_(around.metrics.counter_of("scimd_store_scans_given_up_total",
                  "Scans that were ended because the write-ahead log was at its most.")),
          folder_(std::move(folder)),
          writing_(std::move(writing)),
          readers_(folder_->database_file(), around.options.readers_max, around.ids,
                  around.options.is_cancelled),
          scans_("scan", around.options.scan_threads,
                  {.places_max = around.options.scan_queue_max,
                          .bytes_max = around.options.scan_queue_bytes_max,
                          .quantum = scan_quantum_us},
                  around.metrics),
          writer_(*writing_, around.wall_clock, around.ids, around.log, around.metrics,
                  {.queue_max = around.options.write_queue_max,
                          .queue_bytes_max = around.options.write_queue_bytes_max,
                          .group_works_max = around.options.group_works_max,
                          .group_work_max = around.options.group_work_max,
                          .group_work_shared_max = around.options.group_work_shared_max,
                          .log_frames_max = around.options.log_frames_max,
                          .give_up_scans = [this] { give_up_scans(); },
                          .is_cancelled = around.options.is_cancelled,
                          .why_lost = [this] { return folder_->why_lost(); }}) {}

void sqlite_store::submit(intent mode, const scheduling_key& key, task work, completion done) {
    if (is_closing_)
        return done(std::make_exception_ptr(sql::busy("the store is closing")));
    switch (mode) {
        case intent::read:
            reads_.add();
            return done(read(work, steady::now() + scan_deadline_));
        case intent::inline_read:
            reads_.add();
            return done(read(work, steady::now() + scan_deadline_, inline_budget));
        case intent::scan:
            scans_taken_.add();
            return scan(key, std::move(work), std::move(done));
        case intent::write:
            writes_.add();
            return writer_.submit(key, std::move(work), std::move(done));
    }
}

// Returns the connection before the completion runs, which may submit the next task at once.
std::exception_ptr sqlite_store::read(
        const task& work, steady::time_point deadline, std::optional<sql::read_budget> budget) {
    return read(work, reader_pool::bounds{.deadline = deadline, .budget = budget});
}

std::exception_ptr sqlite_store::read(const task& work, const reader_pool::bounds& within) {
    try {
        readers_.run(work, wall_clock_.now(), within);
        return nullptr;
    } catch (const sql::over_budget&) {
        over_budget_.add();
        return std::current_exception();
    } catch (...) {
        return std::current_exception();
    }
}

// The deadline includes the time in the queue.
void sqlite_store::scan(const scheduling_key& key, task work, completion done) {
    const steady::time_point deadline = steady::now() + scan_deadline_;
    const reader_pool::bounds within{.deadline = deadline, .may_be_given_up = true};
    auto job = [this, work = std::move(work), done, within] { done(read(work, within)); };
    if (const auto admitted = scans_.offer(key, std::move(job)); admitted != admission::accepted)
        done(queue_refusal(admitted));
}

void sqlite_store::give_up_scans() {
    scans_given_up_.add(readers_.give_up());
}

std::vector<std::string> sqlite_store::check() {
    if (is_closing_)
        throw sql::busy("the store is closing");
    sqlite::connection reader(folder_->database_file(), sqlite::role::reader);
    reader.set_cancellation(is_cancelled_);
    reader.run(begin_check);
    std::vector<std::string> findings = find_violations(reader);
    reader.run(end_check);
    return findings;
}

void sqlite_store::shut() {
    if (is_closing_.exchange(true))
        return;
    scans_.close();
    writer_.stop();
    readers_.close();
    try {
        leave_folder();
    } catch (const std::exception& problem) {
        log_.error("store.close_failed", {{"reason", std::string_view(problem.what())}});
    }
}

// A store that failed keeps its marker file, so that the next start checks the file. A write-ahead log that
// stayed beside another database would be copied into that.
void sqlite_store::leave_folder() {
    const bool is_sound = !writer_.is_broken();
    const bool is_late = is_cancelled_ && *is_cancelled_;  // the next start checkpoints the log
    const bool is_lost = !folder_->why_lost().empty();
    if ((is_sound || is_lost) && !is_late)  // also when the file was moved
        writing_->checkpoint(sqlite::connection::checkpoint_mode::truncate, last_checkpoint_patience);
    if (!folder_->has_own_log())  // closing would delete the log of another database
        sqlite3_db_config(writing_->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    writing_.reset();
    if (is_sound)
        folder_->mark_stopped();
    log_.info("store.closed", {{"sound", is_sound}});
    folder_.reset();
}

std::int64_t greatest_id_in(sql::connection& database) {
    std::int64_t greatest = 0;
    database.run(greatest_id, {}, [&](const sql::row& row) { greatest = row.integer(0); });
    return greatest;
}

result<std::unique_ptr<database>> open_in(
        std::unique_ptr<data_directory> folder, const writer_dependencies& around) {
    auto writing = std::make_unique<sqlite::connection>(folder->database_file(), sqlite::role::writer);
    if (folder->was_left_running()) {
        around.log.warning("store.unclean");
        if (const std::string found = damage(*writing); !found.empty())
            return error{errc::unavailable, "The database file is damaged: " + found};
    }
    folder->mark_running();
    const result<int> migrated = migrate(*writing, embedded_sqlite_migrations(), around.wall_clock.now());
    if (!migrated) {
        folder->mark_stopped();
        return migrated.error();
    }
    static_cast<void>(folder->why_lost());  // stores the identities that later calls compare
    around.ids.raise(greatest_id_in(*writing));
    around.log.info("store.opened", {{"sqlite", sqlite3_libversion()}, {"migrations_applied", *migrated}});
    return std::make_unique<sqlite_store>(std::move(folder), std::move(writing), around);
}

}  // namespace

result<std::unique_ptr<database>> open_sqlite(const sqlite_options& options, const clock& wall_clock,
        id_source& ids, logger& log, metrics_registry& metrics) {
    auto folder = data_directory::take(options.folder);
    if (!folder)
        return folder.error();
    try {
        return open_in(std::move(*folder), {options, wall_clock, ids, log, metrics});
    } catch (const sql::failure& problem) {
        return error{errc::unavailable, std::string("The database cannot be opened: ") + problem.what()};
    }
}

std::string sqlite_version() {
    return sqlite3_libversion();
}

std::exception_ptr queue_refusal(admission why) {
    if (why == admission::over_share)
        return std::make_exception_ptr(over_share("the tenant's share of the queue is taken"));
    return std::make_exception_ptr(sql::busy("the queue is full"));
}

bool is_over_budget(const std::exception_ptr& failure) noexcept {
    if (!failure)
        return false;
    try {
        std::rethrow_exception(failure);
    } catch (const sql::over_budget&) {
        return true;
    } catch (...) {
        return false;
    }
}

void run(database& store, intent mode, const task& work) {
    run(store, mode, scheduling_key(), work);
}

void run(database& store, intent mode, const scheduling_key& key, const task& work) {
    // Shared, because the waiting side may be gone before set_value() has returned.
    const auto over = std::make_shared<std::promise<void>>();
    std::future<void> outcome = over->get_future();
    store.submit(mode, key, work, [over](std::exception_ptr problem) {
        if (problem)
            over->set_exception(std::move(problem));
        else
            over->set_value();
    });
    outcome.get();
}

}  // namespace scimd::store
