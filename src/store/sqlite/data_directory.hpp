// The folder of a store: one process at a time, on a local disk, closed to other users.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace scimd::store {

// SQLite's write-ahead log needs memory shared by all who open the file, and locks that work.
bool is_network_file_system(std::uint64_t statfs_type) noexcept;

class data_directory {
public:
    // Makes the folder when it is missing (0700) and an empty scimd.db in it (0600). Refused: conflict when
    // another process has it, unavailable when it cannot be used as it is, or when it holds traces of a store
    // whose database is missing: a new one would overwrite what may still recover it.
    static result<std::unique_ptr<data_directory>> take(const std::filesystem::path& folder);

    // The same for a folder whose database may be missing, and is not made.
    static result<std::unique_ptr<data_directory>> take_to_restore(const std::filesystem::path& folder);

    ~data_directory();
    data_directory(const data_directory&) = delete;
    data_directory& operator=(const data_directory&) = delete;

    // Why the database that is open is not the one in the folder any more; empty: it is. Compares the files'
    // devices and inodes with those of the first call, once the database is open. One thread.
    [[nodiscard]] std::string why_lost();

    // Whether the write-ahead log at its path is that of the first call. The same thread.
    [[nodiscard]] bool has_own_log() const { return !log_ || identity_of(log_file()) == log_; }

    [[nodiscard]] std::filesystem::path database_file() const { return folder_ / "scimd.db"; }

    // The mark stands on disk while a process writes; found at the start, the last one ended by accident.
    [[nodiscard]] bool was_left_running() const noexcept { return was_left_running_; }
    void mark_running();
    void mark_stopped();

private:
    data_directory(std::filesystem::path folder, int lock);

    [[nodiscard]] std::filesystem::path log_file() const { return folder_ / "scimd.db-wal"; }
    [[nodiscard]] std::filesystem::path mark() const { return folder_ / "running"; }

    // Of a file: which one it is, whatever its name.
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

// Makes the contents of a file outlive a power cut. Throws std::system_error.
void sync_file(const std::filesystem::path& file);

// Makes new and renamed entries of the folder outlive a power cut.
void sync_folder(const std::filesystem::path& folder);

}  // namespace scimd::store
