// The data directory of a store: locked for one process, on a local disk, closed to other users.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace scimd::store {

// Network file systems are rejected: SQLite's write-ahead log needs memory shared by all processes that open
// the file, and working locks.
bool is_network_file_system(std::uint64_t statfs_type) noexcept;

class data_directory {
public:
    // Creates the folder if it is missing (0700) and an empty scimd.db in it (0600), and locks it. Fails with
    // conflict when another process has locked it; with unavailable when it cannot be used, or when it has
    // traces of a store whose database is missing: a new one would overwrite what may still recover it.
    static result<std::unique_ptr<data_directory>> take(const std::filesystem::path& folder);

    // take() for a folder in which the database may be missing; it is not created.
    static result<std::unique_ptr<data_directory>> take_to_restore(const std::filesystem::path& folder);

    ~data_directory();
    data_directory(const data_directory&) = delete;
    data_directory& operator=(const data_directory&) = delete;

    // Why the open database is not the one in the folder any more; empty while it is. Compares device and
    // inode of the files with those at the first call, made once the database is open. One thread.
    [[nodiscard]] std::string why_lost();

    // Whether the write-ahead log at its path is the one of the first call. On the thread of why_lost().
    [[nodiscard]] bool has_own_log() const { return !log_ || identity_of(log_file()) == log_; }

    [[nodiscard]] std::filesystem::path database_file() const { return folder_ / "scimd.db"; }

    // A marker file exists while a process writes; found at the start, it means an unclean shutdown.
    [[nodiscard]] bool was_left_running() const noexcept { return was_left_running_; }
    void mark_running();
    void mark_stopped();

private:
    data_directory(std::filesystem::path folder, int lock);

    [[nodiscard]] std::filesystem::path log_file() const { return folder_ / "scimd.db-wal"; }
    [[nodiscard]] std::filesystem::path mark() const { return folder_ / "running"; }

    // Identifies a file independently of its name.
    struct identity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        friend bool operator==(const identity&, const identity&) = default;
    };
    static std::optional<identity> identity_of(const std::filesystem::path& file);

    std::filesystem::path folder_;
    std::optional<identity> database_;
    std::optional<identity> log_;  // the write-ahead log, which stays while the database is open
    int lock_;
    bool was_left_running_;
};

// fsync of a file: its contents survive a power failure. Throws std::system_error.
void sync_file(const std::filesystem::path& file);

// fsync of a folder: new and renamed entries survive a power failure.
void sync_folder(const std::filesystem::path& folder);

}  // namespace scimd::store
