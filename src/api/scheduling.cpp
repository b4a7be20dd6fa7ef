#include "api/scheduling.hpp"

namespace scimd::api {
namespace {

using store::tenant;

// Estimates of memory: of a request without its body, and of parsed JSON for each byte of its text.
constexpr std::size_t request_bytes = 4'096;
constexpr std::size_t parsed_bytes_per_byte = 5;

// An API client that is bound to one organization uses the share of that organization. A client of all
// organizations has a share of its own, whichever organizations its paths name; within that share its
// requests take turns by organization.
tenant tenant_of_client(const request_context& request) {
    if (request.api_client.organization)
        return {tenant::kind::customer, request.api_client.organization->value, 0};
    const auto client = client_id::parse(request.api_client.name);
    const auto named = organization_id::parse(request.parameter("organization"));
    return {tenant::kind::customer, client ? client->value : 0, client && named ? named->value : 0};
}

tenant tenant_of(const request_context& request) {
    if (request.caller.directory != directory_id())
        return {tenant::kind::customer, request.caller.organization.value, request.caller.directory.value};
    if (request.http.from.is_operator)
        return {tenant::kind::operator_, 0, 0};
    return tenant_of_client(request);
}

}  // namespace

store::scheduling_key scheduling_key_of(const request_context& request) {
    return {.owner = tenant_of(request),
            .bytes = request_bytes + request.body_bytes * parsed_bytes_per_byte + request.prepared_bytes,
            .is_continued = request.has_written};
}

}  // namespace scimd::api
