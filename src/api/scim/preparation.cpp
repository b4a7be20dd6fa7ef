#include "api/scim/preparation.hpp"

#include "api/auth/authenticate.hpp"
#include "api/auth/reauthenticate.hpp"
#include "api/render.hpp"
#include "base/json/json_meter.hpp"

#include <memory>
#include <string>
#include <utility>

namespace scimd::api {
namespace {

using shared_preparation = std::shared_ptr<const preparation>;

// Memory for the copies of the resource, and for the parsed body, which is still in memory.
std::size_t memory_for(const preparation& asked, const std::string& document) {
    constexpr std::size_t body_copies = 4;
    json_meter meter;
    meter.add(document);
    return asked.states * meter.request_memory() + body_copies * asked.request.body_bytes;
}

// Reads and prepares in the given mode if the document is small enough for it and `reserved` bytes suffice.
// Otherwise reserves memory and starts again in the right mode: nothing of the resource is kept while the
// request waits.
reply read_and_prepare(const shared_preparation& asked, store::intent mode, std::size_t reserved) {
    return transaction_step{mode, [asked, mode, reserved](store::transaction& snapshot) -> reply {
                                auto found = asked->load(snapshot);
                                if (!found)
                                    return scim_error(asked->request, found.error());
                                const bool is_large = found->document.size() > prepared_inline_bytes_max;
                                const auto where = is_large ? store::intent::scan : mode;
                                const auto needed = memory_for(*asked, found->document);
                                const bool is_small = found->document.size() <= unreserved_document_bytes_max;
                                if (where == mode && (is_small || needed <= reserved))
                                    return asked->prepare(snapshot, std::move(*found));
                                return memory_request{needed, [asked, where, needed] {
                                                          return read_and_prepare(asked, where, needed);
                                                      }};
                            }};
}

}  // namespace

reply prepare_on_snapshot(preparation asked) {
    auto shared = std::make_shared<const preparation>(std::move(asked));
    return read_and_prepare(shared, store::intent::read, 0);
}

void record_conflict(const server_context& server, request_context& request, work_budget::mark charged) {
    request.budget.rewind(charged);
    request.budget.restart_stage();
    server.metrics
            .counter_of("scimd_changes_overtaken_total", "Prepared changes that another change came before.")
            .add();
}

reply prepare_in_writer(const request_context& request, const std::function<reply()>& run) {
    try {
        return run();
    } catch (const stage_limit_exceeded&) {
        return changed_too_often(request);
    }
}

reply changed_too_often(const request_context& request) {
    return scim_error(request,
            {errc::unavailable,
                    "The resource is changed by others too often for so large a change. Try again."});
}

result<void> recheck(const request_context& request, store::transaction& tx) {
    return tx.now() - request.started_at < recheck_after ? result<void>() : reauthenticate(request, tx);
}

}  // namespace scimd::api
