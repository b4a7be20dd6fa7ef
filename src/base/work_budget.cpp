#include "base/work_budget.hpp"

#include <algorithm>

namespace scimd {

namespace {

std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept {
    return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

}  // namespace

work_limit_exceeded::work_limit_exceeded(std::uint64_t steps_max)
        : std::runtime_error("The request needs more than " + std::to_string(steps_max) +
                             " steps of computation, the limit of one request: send fewer or smaller "
                             "operations, values or "
                             "filter "
                             "terms.") {}

stage_limit_exceeded::stage_limit_exceeded(std::uint64_t steps_max)
        : work_limit_exceeded(
                  "The change needs more than " + std::to_string(steps_max) +
                  " steps of computation while other writes wait, which is the limit: send fewer or smaller "
                  "operations, "
                  "values or filter terms, and changes of members apart from others.") {}

work_budget::work_budget(std::uint64_t steps_max, const std::atomic<bool>* cancelled) noexcept
        : steps_max_(steps_max), allowed_(steps_max), cancelled_(cancelled) {
    plan_check();
}

void work_budget::check() {
    if (!is_limited_)
        return;
    if (cancelled_ && cancelled_->load(std::memory_order_relaxed))
        throw work_cancelled("the service is stopping");
    if (used_ > allowed_)
        throw work_limit_exceeded(steps_max_);
    if (used_ > stage_end_)
        throw stage_limit_exceeded(*stage_steps_max_);
    if (deadline_ && std::chrono::steady_clock::now() >= *deadline_)
        throw work_cancelled("the deadline has passed");
    plan_check();
}

void work_budget::allow(std::uint64_t steps) noexcept {
    if (!is_limited_)
        return;
    allowed_ = sum(allowed_, steps);
}

void work_budget::begin_stage(std::optional<std::uint64_t> steps_max) noexcept {
    if (!is_limited_)
        return;
    stage_steps_max_ = steps_max;
    stage_end_ = steps_max ? sum(used_, *steps_max) : UINT64_MAX;
    plan_check();
}

void work_budget::set_deadline(std::optional<time_point> deadline) noexcept {
    if (!is_limited_)
        return;
    deadline_ = deadline;
    plan_check();
}

void work_budget::rewind(const mark& to) noexcept {
    if (!is_limited_)
        return;
    used_ = to.used;
    allowed_ = to.steps_max;
    plan_check();
}

void work_budget::plan_check() noexcept {
    const bool is_watched = cancelled_ != nullptr || deadline_.has_value();
    const auto limit = sum(std::min(allowed_, stage_end_), 1);
    next_check_ = is_watched ? std::min(limit, sum(used_, check_interval_steps)) : limit;
}

work_budget& unlimited_work() noexcept {
    static work_budget made{work_budget::unlimited()};
    return made;
}

}  // namespace scimd
