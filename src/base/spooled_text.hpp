// Buffers for very long texts (large responses), written once from front to back and then read once from
// front to back. A short text stays in memory. All but the end of a long one goes to an anonymous temporary
// file, so that a response of any length costs little memory, and a slow reader holds up nothing else.
#pragma once

#include "base/metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>

namespace scimd {

// The file cannot be created, written or read, or all files together would exceed a limit. A retry may
// succeed later.
struct spool_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct spool_limits {
    std::size_t memory_bytes_max = 2 * 1024 * 1024;            // of a text without a file
    std::uint64_t file_bytes_max = 2ULL * 1024 * 1024 * 1024;  // all files together
    std::uint64_t share_bytes_max = 512ULL * 1024 * 1024;      // all files of one owner
    std::uint64_t free_bytes_min = 256ULL * 1024 * 1024;       // free disk space that is left to the database
};

// The directory of the temporary files and their total size. It must outlive the texts. Thread-safe.
class spool {
public:
    spool(std::filesystem::path folder, metrics_registry& metrics, const spool_limits& limits = {});
    spool(const spool&) = delete;
    spool& operator=(const spool&) = delete;

    [[nodiscard]] std::uint64_t used_bytes() const;

private:
    friend class spooled_text;

    [[nodiscard]] int open_file() const;
    void take(std::int64_t owner, std::uint64_t bytes);
    void give_back(std::int64_t owner, std::uint64_t bytes) noexcept;

    const std::filesystem::path folder_;
    const spool_limits limits_;
    gauge& gauge_;
    mutable std::mutex mutex_;
    std::uint64_t used_ = 0;
    std::unordered_map<std::int64_t, std::uint64_t> used_by_;  // owners that have files at the moment
};

// One text. One thread at a time.
class spooled_text {
public:
    // Texts with the same owner share a limit, so that one owner cannot use up the spool.
    explicit spooled_text(spool& storage, std::int64_t owner = 0) noexcept
            : spool_(&storage), owner_(owner) {}
    spooled_text() noexcept = default;  // always in memory: for texts of bounded length
    spooled_text(spooled_text&& other) noexcept;
    spooled_text& operator=(spooled_text&&) = delete;
    ~spooled_text();

    // Returns the end of the text, to append to. Earlier parts may have been written to the file.
    [[nodiscard]] std::string& end() noexcept { return end_; }

    // Moves a long text to the file. Should be called between parts while the text is built. Throws
    // spool_failure.
    void flush();

    [[nodiscard]] std::uint64_t size() const noexcept { return written_ - read_ + end_.size(); }
    [[nodiscard]] bool is_in_memory() const noexcept { return file_ < 0; }

    // Returns the whole text; it must be in memory.
    [[nodiscard]] std::string take() && { return std::move(end_); }

    // Appends the next piece, some ten kilobytes, and returns false at the end. Nothing may be appended to
    // the text after the first read. Throws spool_failure.
    bool read(std::string& piece);

private:
    void move_to_file();

    spool* spool_ = nullptr;
    std::int64_t owner_ = 0;
    std::string end_;
    int file_ = -1;
    std::uint64_t written_ = 0;  // bytes written to the file
    std::uint64_t read_ = 0;     // bytes read from the file
};

}  // namespace scimd
