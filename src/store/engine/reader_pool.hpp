// The connection pool for reads: read-only connections of a store, leased from a free list. Thread-safe.
#pragma once

#include "store/engine/database.hpp"
#include "store/sqlite/sqlite.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace scimd::store {

class reader_pool {
public:
    reader_pool(std::filesystem::path file, std::size_t connections_max, id_source& ids,
            const std::atomic<bool>* is_cancelled);
    reader_pool(const reader_pool&) = delete;
    reader_pool& operator=(const reader_pool&) = delete;

    struct bounds {
        std::chrono::steady_clock::time_point deadline;
        std::optional<sql::read_budget> budget{};
        bool may_be_given_up = false;  // see give_up()
    };

    // Runs the task on one snapshot and ignores its verdict. Throws what the task throws, sql::busy when all
    // connections are in use or the deadline passes, and sql::over_budget.
    void run(const task& work, time_point now, const bounds& within);

    // Ends the running reads that may be given up with sql::busy, because their snapshots keep the
    // write-ahead log from being restarted. Returns how many there were.
    std::size_t give_up();

    // Leases no more connections, and waits until all are returned.
    void close();

private:
    class lease;
    using connection = std::unique_ptr<sqlite::connection>;

    connection take();
    [[nodiscard]] connection open() const;
    void give_back(connection lent) noexcept;
    void list_as_expendable(sqlite::connection& one);

    const std::filesystem::path file_;
    const std::size_t connections_max_;
    id_source& ids_;
    const std::atomic<bool>* const is_cancelled_;
    std::mutex mutex_;
    std::condition_variable came_back_;
    std::vector<connection> idle_;
    std::vector<sqlite::connection*> expendable_;  // leased to reads that may be given up
    std::size_t lent_ = 0;
    bool is_closed_ = false;
};

}  // namespace scimd::store
