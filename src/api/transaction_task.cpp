#include "api/transaction_task.hpp"

#include <cstdint>
#include <optional>

namespace scimd::api {
namespace {

std::optional<std::uint64_t> steps_max(const limits& bounds, store::intent mode) {
    switch (mode) {
        case store::intent::inline_read:
            return bounds.inline_steps_max;
        case store::intent::write:
            return bounds.write_steps_max;
        default:
            return std::nullopt;
    }
}

}  // namespace

transaction_task::transaction_task(request_context& request, const transaction_step& step)
        : request_(request),
          step_(step),
          trace_before_(request.trace.here()),
          budget_before_(request.budget.here()) {}

store::task transaction_task::task(store::intent mode) {
    return [this, mode](store::transaction& tx) {
        request_.trace.rewind(trace_before_);
        request_.budget.rewind(budget_before_);
        request_.budget.set_deadline(tx.deadline());
        request_.budget.begin_stage(steps_max(request_.bounds, mode));
        outcome_ = step_.run(tx);
        request_.budget.begin_stage({});
        request_.budget.set_deadline({});
        const auto verdict = verdict_of(outcome_);
        request_.has_written =
                request_.has_written || (mode == store::intent::write && verdict == store::verdict::commit);
        return verdict;
    };
}

bool is_too_long_inline(const std::exception_ptr& failure) noexcept {
    if (!failure || store::is_over_budget(failure))
        return failure != nullptr;
    try {
        std::rethrow_exception(failure);
    } catch (const stage_limit_exceeded&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace scimd::api
