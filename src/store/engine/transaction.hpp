// What a work may touch: a connection inside a transaction, one reading of the clock, fresh ids.
//
// A work performs no I/O of its own and may run twice; everything it learns of the outside comes from here.
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

    // `others_wait` outlives the transaction; none: no work waits for the connection.
    transaction(
        sql::connection& connection,
        time_point now,
        id_source& ids,
        std::optional<deadline_point> deadline = std::nullopt,
        const std::atomic<bool>* others_wait = nullptr
    )
        : connection_(connection), now_(now), ids_(ids), deadline_(deadline), others_wait_(others_wait)
    {
    }
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    [[nodiscard]] sql::connection& sql() const noexcept { return connection_; }
    [[nodiscard]] time_point now() const noexcept { return now_; }
    [[nodiscard]] std::int64_t next_id() { return ids_.next(); }

    // How long it has been running: for works that end early and go on in another transaction, so that nobody
    // waits for them. What they do must not depend on it.
    [[nodiscard]] std::chrono::steady_clock::duration age() const
    {
        return std::chrono::steady_clock::now() - begun_;
    }

    // When its statements are interrupted; none: never.
    [[nodiscard]] std::optional<deadline_point> deadline() const noexcept { return deadline_; }

    // Whether works of other tenants wait for the connection now: works that may go on later end early then.
    [[nodiscard]] bool do_others_wait() const noexcept
    {
        return others_wait_ && others_wait_->load(std::memory_order_relaxed);
    }

private:
    sql::connection& connection_;
    time_point now_;
    id_source& ids_;
    std::optional<deadline_point> deadline_;
    const std::atomic<bool>* others_wait_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace scimd::store
