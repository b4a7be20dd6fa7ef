// Work budget: a limit on the computation that one request may cause, counted in steps (protection against
// algorithmic complexity attacks).
//
// Limits on single things (bytes of a body, operations of a PATCH, terms of a filter) bound nothing when they
// multiply. Every computation on behalf of a request therefore charges the request's budget before it starts.
//
// One step is about a nanosecond of an optimized build: one byte of text that is examined or copied. Work
// that costs more per byte or value charges a multiple, which is named next to its use.
//
// A budget belongs to one request and is used by one thread at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace scimd {

// The request needs more computation than its budget allows. what() is meant for the client and names the
// limit.
class work_limit_exceeded : public std::runtime_error {
public:
    explicit work_limit_exceeded(std::uint64_t steps_max);

protected:
    explicit work_limit_exceeded(const std::string& text) : std::runtime_error(text) {}
};

// One stage of the request needs more computation than a shared thread may spend on one request. The stage
// may be repeated on another thread; where that is impossible, the request is refused as if it exceeded its
// budget.
class stage_limit_exceeded : public work_limit_exceeded {
public:
    explicit stage_limit_exceeded(std::uint64_t steps_max);
};

// The computation was cancelled because the process stops or the deadline of a scan has passed. The client
// has made no mistake.
class work_cancelled : public std::runtime_error {
    using runtime_error::runtime_error;
};

// The budget of one request.
class work_budget {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // Steps between two checks of the flag and the clock.
    static constexpr std::uint64_t check_interval_steps = 100'000;

    // `cancelled` must outlive the budget and may be set by any thread; nullptr: never cancelled.
    explicit work_budget(std::uint64_t steps_max, const std::atomic<bool>* cancelled = nullptr) noexcept;
    work_budget(const work_budget&) = delete;
    work_budget& operator=(const work_budget&) = delete;

    // Charges for work; must be called before it is done. Throws work_limit_exceeded when the limit is
    // exceeded, and on every later call; throws work_cancelled when the flag is set or the deadline has
    // passed.
    void charge(std::uint64_t steps) {
        if (!is_limited_)
            return;
        used_ = steps > UINT64_MAX - used_ ? UINT64_MAX : used_ + steps;
        if (used_ >= next_check_)
            check();
    }

    // Throws like charge().
    void check();

    // Sets a lower limit for what is charged until the next call, for computation on a thread on which others
    // wait. charge() throws stage_limit_exceeded beyond it. Empty: no stage limit.
    void begin_stage(std::optional<std::uint64_t> steps_max) noexcept;

    // Restarts the stage with its full limit, between parts after which it may be interrupted.
    void restart_stage() noexcept { begin_stage(stage_steps_max_); }

    // Raises the limit: a request that processes a list gets an allowance per item.
    void allow(std::uint64_t steps) noexcept;

    // Sets a deadline, for work that is also limited by time. Empty: none.
    void set_deadline(std::optional<time_point> deadline) noexcept;

    // A position to rewind to. Work that is repeated because of a conflict with another transaction is
    // charged once.
    struct mark {
        std::uint64_t used = 0;
        std::uint64_t steps_max = 0;
    };
    [[nodiscard]] mark here() const noexcept { return {used_, allowed_}; }
    void rewind(const mark& to) noexcept;

    [[nodiscard]] std::uint64_t used() const noexcept { return used_; }

private:
    struct unlimited {};
    explicit work_budget(unlimited) noexcept : is_limited_(false) {}
    friend work_budget& unlimited_work() noexcept;

    void plan_check() noexcept;

    bool is_limited_ = true;
    std::uint64_t steps_max_ = 0;
    std::uint64_t allowed_ = 0;  // steps_max_ plus what allow() has added
    std::uint64_t used_ = 0;
    std::uint64_t next_check_ = 0;
    std::optional<std::uint64_t> stage_steps_max_;
    std::uint64_t stage_end_ = UINT64_MAX;  // in terms of used_
    const std::atomic<bool>* cancelled_ = nullptr;
    std::optional<time_point> deadline_;
};

// Returns a budget without limits, for work that no request causes: jobs, and the configuration of operators.
// It counts nothing, so that any number of threads may share it.
work_budget& unlimited_work() noexcept;

}  // namespace scimd
