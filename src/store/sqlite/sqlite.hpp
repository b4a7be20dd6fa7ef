// The SQLite driver: one connection with the settings that make a commit durable, read back when it opens.
//
// A database has one writer connection, which alone commits and checkpoints, and any number of readers: only
// so is SQLite before 3.51.3 safe from its WAL-reset bug. A connection is used by one thread at a time.
#pragma once

#include "store/engine/sql.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;

namespace scimd::store::sqlite {

enum class role { writer, reader };

// Prepared statements kept by a connection, the least recently used goes first.
inline constexpr std::size_t cached_statements_max = 128;

// The disk or the file failed, not the statement: what else stands in the transaction is lost with it.
struct storage_failure : sql::failure {
    enum class kind { full, io, damaged };

    storage_failure(const std::string& message, kind what) : failure(message), cause(what) {}

    kind cause;
};

class connection final : public sql::connection {
public:
    // The writer makes the file when it is missing. Throws sql::failure when a setting does not hold.
    connection(const std::filesystem::path& file, role as);
    ~connection() override;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    using sql::connection::run;
    std::int64_t run(
        const sql::statement& what, std::span<const sql::parameter> parameters, const sql::row_handler& each
    ) override;

    // A script of many statements, without parameters; result rows are dropped.
    void execute(std::string_view name, std::string_view script);

    // False also after an error that made SQLite roll back by itself.
    [[nodiscard]] bool in_transaction() const noexcept;

    // Whether a foreign key that is checked at the commit is broken now.
    [[nodiscard]] bool owes_foreign_keys() const noexcept;

    // Statements still running then end with sql::busy. max(): none.
    void set_deadline(std::chrono::steady_clock::time_point when) noexcept;

    // Once the flag is set, statements end with sql::busy, those still running, too. Null: none. It outlives
    // this, and is set by any thread.
    void set_cancellation(const std::atomic<bool>* is_cancelled) noexcept;

    // Any thread: statements end with sql::busy from now on, the one that runs now, too, until it is set
    // back. Returns what it was before.
    bool set_given_up(bool is_given_up) noexcept;

    // What statements from here on may look at together; then they end with sql::over_budget. Empty:
    // anything.
    void set_budget(std::optional<sql::read_budget> most) noexcept;

    // The frames in the write-ahead log after the last commit of this connection, and how many of its commits
    // wrote any: one that changed nothing is not counted.
    [[nodiscard]] int wal_frames() const noexcept;
    [[nodiscard]] std::uint64_t commits() const noexcept;

    enum class checkpoint_mode { passive, full, truncate };
    struct checkpoint_report {
        bool is_complete = false;  // else a reader was in the way
        int log_frames = 0;
        int copied_frames = 0;
    };
    checkpoint_report checkpoint(checkpoint_mode mode, std::chrono::milliseconds patience);

    // For what only the C interface has. Borrowed.
    [[nodiscard]] sqlite3* handle() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

// Throws what the code of the C interface means: sql::busy, storage_failure or sql::failure.
[[noreturn]] void fail(std::string_view doing, sqlite3* handle, int code);

}  // namespace scimd::store::sqlite
