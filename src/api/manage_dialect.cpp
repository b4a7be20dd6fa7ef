#include "api/manage_dialect.hpp"

#include "api/manage_read.hpp"
#include "base/time.hpp"
#include "service/tenancy.hpp"
#include "store/dialects.hpp"

namespace scimd::api {
namespace {

namespace dialects = store::dialects;
namespace tenants = store::tenants;
namespace tenancy = service::tenancy;

result<void> set_mode(store::transaction& tx, tenants::directory& of, const json::object& body)
{
    const auto text = optional_text(body, "scim_mode");
    if (!text)
        return text.error();
    if (!*text)
        return {};
    const auto mode = tenancy::parse_mode(**text);
    if (!mode)
        return mode.error();
    dialects::set_mode(tx, of.id, *mode);
    of.mode = *mode;
    return {};
}

result<void> set_unique_names(store::transaction& tx, tenants::directory& of, const json::object& body)
{
    const auto* given = find(body, "unique_group_names");
    if (!given || given->is_null())
        return {};
    const auto are_unique = optional_flag(body, "unique_group_names");
    if (!are_unique)
        return are_unique.error();
    if (!dialects::set_unique_group_names(tx, of.id, *are_unique))
        return error{
            errc::conflict, "Two groups of the directory have the same displayName; rename one of them first."
        };
    of.has_unique_group_names = *are_unique;
    return {};
}

}  // namespace

void append_dialect(json::object& to, const tenants::directory& from)
{
    to["scim_mode"] = tenancy::to_text(from.mode);
    to["unique_group_names"] = from.has_unique_group_names;
    to["detected_provider"] = from.detected ? from.detected->provider : "";
    if (!from.detected)
        return;
    to["detected_provider_time"] = format_rfc3339(from.detected->at);
    to["detected_provider_by"] = from.detected->by;
}

result<void> set_dialect(store::transaction& tx, tenants::directory& of, const json::object& body)
{
    if (auto set = set_mode(tx, of, body); !set)
        return set;
    return set_unique_names(tx, of, body);
}

}  // namespace scimd::api
