// A transaction as a task sees it: a connection, the time (one reading of the clock) and fresh ids. One
// thread.
//
// A task performs no I/O of its own and may run twice, so that it takes time and ids from here.
#pragma once

#include "base/clock.hpp"
#include "store/engine/columns.hpp"
#include "store/engine/sql.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace scimd::store {

class transaction {
public:
    using deadline_point = std::chrono::steady_clock::time_point;

    // `others_wait` outlives the transaction; null: nothing waits for the connection.
    transaction(sql::connection& connection, time_point now, id_source& ids,
            std::optional<deadline_point> deadline = std::nullopt,
            const std::atomic<bool>* others_wait = nullptr)
            : connection_(connection), now_(now), ids_(ids), deadline_(deadline), others_wait_(others_wait) {}
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    [[nodiscard]] sql::connection& sql() const noexcept { return connection_; }
    [[nodiscard]] time_point now() const noexcept { return now_; }
    [[nodiscard]] std::int64_t next_id() { return ids_.next(); }

    // How long it has been running. Long tasks end early because of it and continue in another transaction,
    // so that others do not wait; their results must not depend on it.
    [[nodiscard]] std::chrono::steady_clock::duration age() const {
        return std::chrono::steady_clock::now() - started_;
    }

    // When its statements are interrupted; empty: never.
    [[nodiscard]] std::optional<deadline_point> deadline() const noexcept { return deadline_; }

    // Whether tasks of other tenants wait for the connection: a task that can continue later should end early
    // then.
    [[nodiscard]] bool do_others_wait() const noexcept {
        return others_wait_ && others_wait_->load(std::memory_order_relaxed);
    }

private:
    sql::connection& connection_;
    time_point now_;
    id_source& ids_;
    std::optional<deadline_point> deadline_;
    const std::atomic<bool>* others_wait_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace scimd::store
