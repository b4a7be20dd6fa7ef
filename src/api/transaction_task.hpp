// Adapts one transaction step of a request to a task of the store (store::task). A step may run more than
// once: each run first takes back the trace and the computation that an earlier run has recorded. The
// computation of a run is limited by the thread that it runs on (see limits in request_context.hpp).
#pragma once

#include "api/handler.hpp"
#include "api/request_context.hpp"
#include "base/work_budget.hpp"
#include "service/request_log/request_trace.hpp"
#include "store/engine/database.hpp"

#include <exception>

namespace scimd::api {

// Used by one thread at a time. Must outlive the tasks that it makes.
class transaction_task {
public:
    transaction_task(request_context& request, const transaction_step& step);
    transaction_task(const transaction_task&) = delete;
    transaction_task& operator=(const transaction_task&) = delete;

    // The task to submit to the store. `mode` says where it will run: inline_read, scan or write.
    [[nodiscard]] store::task task(store::intent mode);

    // The reply that the last run of the task returned.
    [[nodiscard]] reply take() { return std::move(outcome_); }

private:
    request_context& request_;
    const transaction_step& step_;
    const service::request_trace::mark trace_before_;
    const work_budget::mark budget_before_;
    reply outcome_;
};

// Whether a read failed only because it was too long for a thread that reads sockets, by its rows or by its
// computation. It has to be repeated as a scan then.
bool is_too_long_inline(const std::exception_ptr& failure) noexcept;

}  // namespace scimd::api
