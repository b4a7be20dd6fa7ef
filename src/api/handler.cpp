#include "api/handler.hpp"

namespace scimd::api {

store::verdict verdict_of(const reply& outcome)
{
    const auto* response = std::get_if<http::response>(&outcome);
    return response && response->status >= 400 ? store::verdict::rollback : store::verdict::commit;
}

}  // namespace scimd::api
