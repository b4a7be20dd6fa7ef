#include "api/management/dialect.hpp"

#include "api/management/management_request.hpp"
#include "base/time.hpp"
#include "service/management/directories.hpp"
#include "store/directories.hpp"

namespace scimd::api {
namespace {

namespace dialects = store::directories;
namespace tenants = store::tenants;
namespace directories = service::directories;

result<void> set_mode(store::transaction& tx, tenants::directory& of, const json::object& body)
{
    const auto text = optional_text(body, "scim_mode");
    if (!text)
        return text.error();
    if (!*text)
        return {};
    const auto mode = directories::parse_mode(**text);
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

// Like the following one: the description has no other values.
void set_unknown_members(store::transaction& tx, tenants::directory& of, const json::object& body)
{
    const auto* text = find_string(body, "unknown_members");
    if (!text)
        return;
    of.unknown = directories::parse_unknown_members(*text).value();
    dialects::set_unknown_members(tx, of.id, of.unknown);
}

void set_patch_status(store::transaction& tx, tenants::directory& of, const json::object& body)
{
    const auto* given = find(body, "patch_status");
    if (!given || given->is_null())
        return;
    of.patch_status = *given == json::value(204) ? 204 : 200;
    dialects::set_patch_status(tx, of.id, of.patch_status);
}

}  // namespace

void append_dialect(json::object& to, const tenants::directory& from)
{
    to["scim_mode"] = directories::to_text(from.mode);
    to["unique_group_names"] = from.has_unique_group_names;
    to["unknown_members"] = directories::to_text(from.unknown);
    to["patch_status"] = from.patch_status;
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
    if (auto set = set_unique_names(tx, of, body); !set)
        return set;
    set_unknown_members(tx, of, body);
    set_patch_status(tx, of, body);
    return {};
}

}  // namespace scimd::api
