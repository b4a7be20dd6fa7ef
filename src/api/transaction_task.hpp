// One work of a request as a task for the store: what an earlier run of the same work has noted and charged
// is taken back, and the computation is held to what the thread that runs it gives to one request.
#pragma once

#include "api/handler.hpp"
#include "api/request_context.hpp"
#include "base/work_budget.hpp"
#include "service/request_log/request_trace.hpp"
#include "store/engine/database.hpp"

#include <exception>

namespace scimd::api {

// Used by one thread at a time; outlives the tasks that it makes.
class transaction_task {
public:
    transaction_task(request_context& request, const transaction_step& job);
    transaction_task(const transaction_task&) = delete;
    transaction_task& operator=(const transaction_task&) = delete;

    // `mode` is where the task will run: inline_read, scan or write.
    [[nodiscard]] store::task task(store::intent mode);

    // What the task has yielded.
    [[nodiscard]] reply take() { return std::move(outcome_); }

private:
    request_context& request_;
    const transaction_step& job_;
    const service::request_trace::mark recorded_;
    const work_budget::mark charged_;
    reply outcome_;
};

// Whether a read has to be done again as a scan: it looked at, or computed, more than a thread that reads
// sockets gives to one request.
bool is_too_long_inline(const std::exception_ptr& failure) noexcept;

}  // namespace scimd::api
