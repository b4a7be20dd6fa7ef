// How much computation one request may cause, counted in steps.
//
// Limits on single things (bytes of a body, operations of a PATCH, terms of a filter) bound nothing where
// they are multiplied with each other. So whatever computes for a request charges its budget before it
// computes.
//
// One step is about a nanosecond of an optimized build: one byte of text that is looked at or copied. Work
// that costs more for a byte or a value charges a multiple, named beside its use.
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

// The request asked for more computation than its budget has. what() is for the client and names the limit.
class work_limit_exceeded : public std::runtime_error {
public:
    explicit work_limit_exceeded(std::uint64_t steps_max);

protected:
    explicit work_limit_exceeded(const std::string& text) : std::runtime_error(text) {}
};

// One stage of the request needs more than its thread gives to one request at a time. The stage may be done
// again elsewhere; where it cannot, the request is refused like one that exceeds its budget.
class stage_limit_exceeded : public work_limit_exceeded {
public:
    explicit stage_limit_exceeded(std::uint64_t steps_max);
};

// The computation was given up: the process ends, or the deadline of a scan has passed. Not the client's
// doing.
class work_cancelled : public std::runtime_error {
    using runtime_error::runtime_error;
};

class work_budget {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // How many steps lie between two looks at the flag and the clock.
    static constexpr std::uint64_t check_interval_steps = 100'000;

    // `cancelled` outlives the budget and may be set by any thread; nullptr: never cancelled.
    explicit work_budget(std::uint64_t steps_max, const std::atomic<bool>* cancelled = nullptr) noexcept;
    work_budget(const work_budget&) = delete;
    work_budget& operator=(const work_budget&) = delete;

    // To be called before the work it pays for. Throws work_limit_exceeded when the limit is passed, and from
    // then on each time; throws work_cancelled when the flag is set or the deadline has passed.
    void charge(std::uint64_t steps)
    {
        if (!is_limited_)
            return;
        used_ = steps > UINT64_MAX - used_ ? UINT64_MAX : used_ + steps;
        if (used_ >= next_check_)
            check();
    }

    // Throws as charge() does.
    void check();

    // A smaller limit for what is charged from here on, until the next call: of computation on a thread that
    // others wait for. Beyond it charge() throws stage_limit_exceeded. Empty: none.
    void begin_stage(std::optional<std::uint64_t> steps_max) noexcept;

    // Gives the stage its limit anew: between parts after each of which it may end.
    void restart_stage() noexcept { begin_stage(stage_steps_max_); }

    // Raises the limit: of a request that goes through a list, for each item of it.
    void allow(std::uint64_t steps) noexcept;

    // A safety net for work that is bounded by time, too. None: no deadline.
    void set_deadline(std::optional<time_point> deadline) noexcept;

    // Work that is done a second time because it met another's has not been asked for twice.
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
    std::uint64_t allowed_ = 0;  // steps_max_ and what allow() has added
    std::uint64_t used_ = 0;
    std::uint64_t next_check_ = 0;
    std::optional<std::uint64_t> stage_steps_max_;
    std::uint64_t stage_end_ = UINT64_MAX;  // of used_
    const std::atomic<bool>* cancelled_ = nullptr;
    std::optional<time_point> deadline_;
};

// For the process's own work, which no request asks for: jobs, and what operators have configured. Counts
// nothing, so that any number of threads may use it.
work_budget& unlimited_work() noexcept;

}  // namespace scimd
