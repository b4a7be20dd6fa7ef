// Texts that may be very long: written once from front to back, then read once from front to back. A short
// one stays in memory; of a long one all but the end stands in a file without a name, so that a reply of any
// length costs the memory of a small one, and whoever reads it slowly holds nothing else up.
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

// The file cannot be made, written or read, or all files together would be too large: worth another try
// later.
struct spool_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct spool_limits {
    std::size_t memory_bytes_max = 2 * 1024 * 1024;            // of a text that gets no file
    std::uint64_t file_bytes_max = 2ULL * 1024 * 1024 * 1024;  // of all files together
    std::uint64_t share_bytes_max = 512ULL * 1024 * 1024;      // of those of one owner
    std::uint64_t free_bytes_min = 256ULL * 1024 * 1024;       // left on their disk for those who store
};

// Where the files are and how large they are. Outlives the texts; any thread.
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
    gauge& level_;
    mutable std::mutex mutex_;
    std::uint64_t used_ = 0;
    std::unordered_map<std::int64_t, std::uint64_t> used_by_;  // owners who have files now
};

// One thread at a time.
class spooled_text {
public:
    // Texts of one owner have a share of the spool together, so that no single one takes all of it.
    explicit spooled_text(spool& place, std::int64_t owner = 0) noexcept : place_(&place), owner_(owner) {}
    spooled_text() noexcept = default;  // in memory, however long: for texts of bounded length
    spooled_text(spooled_text&& other) noexcept;
    spooled_text& operator=(spooled_text&&) = delete;
    ~spooled_text();

    // To be appended to; what has been appended before may have gone to the file.
    [[nodiscard]] std::string& end() noexcept { return end_; }

    // To be called now and then, between one part and the next. Throws spool_failure.
    void flush();

    [[nodiscard]] std::uint64_t size() const noexcept { return written_ - read_ + end_.size(); }
    [[nodiscard]] bool is_in_memory() const noexcept { return file_ < 0; }

    // The whole of a text in memory.
    [[nodiscard]] std::string take() && { return std::move(end_); }

    // Appends what comes next, some ten kilobytes; false: that was all. Nothing is written after the first
    // read. Throws spool_failure.
    bool read(std::string& piece);

private:
    void move_to_file();

    spool* place_ = nullptr;
    std::int64_t owner_ = 0;
    std::string end_;
    int file_ = -1;
    std::uint64_t written_ = 0;  // to the file
    std::uint64_t read_ = 0;     // from it
};

}  // namespace scimd
