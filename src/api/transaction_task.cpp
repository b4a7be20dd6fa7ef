#include "api/transaction_task.hpp"

#include <cstdint>
#include <optional>

namespace scimd::api {
namespace {

std::optional<std::uint64_t> steps_max(const limits& bounds, store::intent mode)
{
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

work_stage::work_stage(call& on, const work& job)
    : on_(on), job_(job), noted_(on.trace.here()), charged_(on.work.here())
{
}

store::task work_stage::task(store::intent mode)
{
    return [this, mode](store::transaction& tx) {
        on_.trace.rewind(noted_);
        on_.work.rewind(charged_);
        on_.work.set_deadline(tx.deadline());
        on_.work.begin_stage(steps_max(on_.bounds, mode));
        outcome_ = job_.run(tx);
        on_.work.begin_stage({});
        on_.work.set_deadline({});
        const auto verdict = verdict_of(outcome_);
        on_.has_written =
            on_.has_written || (mode == store::intent::write && verdict == store::verdict::commit);
        return verdict;
    };
}

bool is_too_long_inline(const std::exception_ptr& failure) noexcept
{
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
