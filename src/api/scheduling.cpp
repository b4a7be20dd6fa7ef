#include "api/scheduling.hpp"

namespace scimd::api {
namespace {

using store::tenant;

// A request takes about that much, and its JSON in memory several times its text.
constexpr std::size_t request_bytes = 4'096;
constexpr std::size_t parsed_bytes_per_byte = 5;

// An API client of one organization is that organization's. One of all organizations has a share like an
// organization's, whatever it names in its paths; what is in them makes it fair to itself.
tenant tenant_of_client(const call& on)
{
    if (on.by.organization)
        return {tenant::kind::customer, on.by.organization->value, 0};
    const auto client = client_id::parse(on.by.name);
    const auto named = organization_id::parse(on.parameter("organization"));
    return {tenant::kind::customer, client ? client->value : 0, client && named ? named->value : 0};
}

tenant tenant_of(const call& on)
{
    if (on.who.directory != directory_id())
        return {tenant::kind::customer, on.who.organization.value, on.who.directory.value};
    if (on.head.from.is_operator)
        return {tenant::kind::operator_, 0, 0};
    return tenant_of_client(on);
}

}  // namespace

store::scheduling_key scheduling_key_of(const call& on)
{
    return {
        .owner = tenant_of(on),
        .bytes = request_bytes + on.body_bytes * parsed_bytes_per_byte + on.held_bytes,
        .is_continued = on.has_written
    };
}

}  // namespace scimd::api
