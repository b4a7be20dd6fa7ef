#include "api/handler.hpp"

namespace scimd::api {

store::verdict verdict_of(const reply& outcome) {
    const auto* response = std::get_if<http::response>(&outcome);
    return response && response->status >= 400 ? store::verdict::rollback : store::verdict::commit;
}

bool is_refusal(const reply& outcome) {
    return verdict_of(outcome) == store::verdict::rollback;
}

error body_refusal(const body_request& wanted, error failure) {
    if (failure.code == errc::too_large && !wanted.too_large.empty())
        failure.detail = wanted.too_large;
    return failure;
}

}  // namespace scimd::api
