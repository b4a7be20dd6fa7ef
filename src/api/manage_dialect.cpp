#include "api/manage_dialect.hpp"

#include "api/manage_read.hpp"
#include "base/time.hpp"
#include "service/tenancy.hpp"
#include "store/dialects.hpp"

#include <algorithm>
#include <array>
#include <string_view>

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

// Null and "" take back what was told.
result<void> set_provider(store::transaction& tx, tenants::directory& of, const json::object& body)
{
    if (!find(body, "directory_provider"))
        return {};
    const auto text = optional_text(body, "directory_provider");
    if (!text)
        return text.error();
    const std::string provider = text->value_or("");
    if (auto checked = tenancy::check_provider(provider); !checked)
        return checked;
    dialects::set_provider(tx, of.id, provider);
    of.provider = provider;
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

bool names_dialect(const json::object& body)
{
    constexpr std::array<std::string_view, 3> names = {
        "scim_mode", "unique_group_names", "directory_provider"
    };
    return std::ranges::any_of(names, [&](std::string_view name) { return body.contains(name); });
}

result<void> set_dialect(store::transaction& tx, tenants::directory& of, const json::object& body)
{
    if (auto set = set_mode(tx, of, body); !set)
        return set;
    if (auto set = set_unique_names(tx, of, body); !set)
        return set;
    return set_provider(tx, of, body);
}

}  // namespace scimd::api
