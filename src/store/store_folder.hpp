// The folder of a store: one process at a time, on a local disk, closed to other users.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace scimd::store {

// SQLite's write-ahead log needs memory shared by all who open the file, and locks that work.
bool is_network_file_system(std::uint64_t statfs_type) noexcept;

class store_folder {
public:
    // Makes the folder when it is missing (0700) and an empty scimd.db in it (0600). Refused: conflict when
    // another process has it, unavailable when it cannot be used as it is.
    static result<std::unique_ptr<store_folder>> take(const std::filesystem::path& folder);

    ~store_folder();
    store_folder(const store_folder&) = delete;
    store_folder& operator=(const store_folder&) = delete;

    [[nodiscard]] std::filesystem::path database_file() const { return folder_ / "scimd.db"; }

    // The mark stands on disk while a process writes; found at the start, the last one ended by accident.
    [[nodiscard]] bool was_left_running() const noexcept { return was_left_running_; }
    void mark_running();
    void mark_stopped();

private:
    store_folder(std::filesystem::path folder, int lock);

    [[nodiscard]] std::filesystem::path mark() const { return folder_ / "running"; }

    std::filesystem::path folder_;
    int lock_;
    bool was_left_running_;
};

// Makes new and renamed entries of the folder outlive a power cut.
void sync_folder(const std::filesystem::path& folder);

}  // namespace scimd::store
