// The SQLite driver: a connection with the settings that make commits durable; each setting is read back when
// the connection opens.
//
// A database has one writer connection, which alone commits and checkpoints, and any number of readers: only
// then is SQLite before 3.51.3 safe from its WAL-reset bug. A connection is used by one thread at a time.
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

// Prepared statements that a connection caches; the least recently used one is dropped first.
inline constexpr std::size_t cached_statements_max = 128;

// The disk or the file failed, not the statement: the whole transaction is lost.
struct storage_failure : sql::failure {
    enum class kind { full, io, damaged };

    storage_failure(const std::string& message, kind what) : failure(message), cause(what) {}

    kind cause;
};

class connection final : public sql::connection {
public:
    // The writer creates the file if it is missing. Throws sql::failure when a setting does not take effect.
    connection(const std::filesystem::path& file, role as);
    ~connection() override;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    using sql::connection::run;
    std::int64_t run(const sql::statement& what, std::span<const sql::parameter> parameters,
            const sql::row_handler& each) override;

    // Runs a script of many statements without parameters; drops result rows.
    void execute(std::string_view name, std::string_view script);

    // Also false after an error for which SQLite has rolled back by itself.
    [[nodiscard]] bool in_transaction() const noexcept;

    // Whether a deferred foreign key is violated now.
    [[nodiscard]] bool owes_foreign_keys() const noexcept;

    // Statements that run at that time end with sql::busy. max(): no deadline.
    void set_deadline(std::chrono::steady_clock::time_point when) noexcept;

    // Once the flag is set (by any thread), running and later statements end with sql::busy. Null: none. The
    // flag outlives the connection.
    void set_cancellation(const std::atomic<bool>* is_cancelled) noexcept;

    // Thread-safe: running and later statements end with sql::busy until it is set back. Returns the previous
    // value.
    bool set_given_up(bool is_given_up) noexcept;

    // The budget of all statements from now on together; beyond it they end with sql::over_budget. Empty:
    // unlimited.
    void set_budget(std::optional<sql::read_budget> most) noexcept;

    // The frames in the write-ahead log after the last commit of this connection, and the number of its
    // commits that changed anything.
    [[nodiscard]] int wal_frames() const noexcept;
    [[nodiscard]] std::uint64_t commits() const noexcept;

    enum class checkpoint_mode { passive, full, truncate };
    struct checkpoint_report {
        bool is_complete = false;  // false: a reader blocked it
        int log_frames = 0;
        int copied_frames = 0;
    };
    checkpoint_report checkpoint(checkpoint_mode mode, std::chrono::milliseconds patience);

    // For functions of the C interface. Borrowed.
    [[nodiscard]] sqlite3* handle() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

// Throws the exception for an error code of the C interface: sql::busy, storage_failure or sql::failure.
[[noreturn]] void fail(std::string_view doing, sqlite3* handle, int code);

}  // namespace scimd::store::sqlite
