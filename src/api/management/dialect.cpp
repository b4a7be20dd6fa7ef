#include "api/management/dialect.hpp"

#include "base/time.hpp"
#include "service/management/directories.hpp"
#include "store/directories.hpp"

namespace scimd::api {

namespace dialects = store::directories;
namespace tenants = store::tenants;
namespace directories = service::directories;

void append_dialect(json::object& to, const tenants::directory& from) {
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

result<void> set_dialect(store::transaction& tx, tenants::directory& of, const dialect_change& to) {
    if (to.scim_mode) {
        const auto mode = directories::parse_mode(*to.scim_mode);
        if (!mode)
            return mode.error();
        dialects::set_mode(tx, of.id, *mode);
        of.mode = *mode;
    }
    if (to.unique_group_names) {
        if (!dialects::set_unique_group_names(tx, of.id, *to.unique_group_names))
            return error{errc::conflict,
                    "Two groups of the directory have the same displayName; rename one of them first."};
        of.has_unique_group_names = *to.unique_group_names;
    }
    if (to.unknown_members) {
        of.unknown = directories::parse_unknown_members(*to.unknown_members).value();
        dialects::set_unknown_members(tx, of.id, of.unknown);
    }
    if (to.patch_status) {
        of.patch_status = *to.patch_status == 204 ? 204 : 200;
        dialects::set_patch_status(tx, of.id, of.patch_status);
    }
    return {};
}

}  // namespace scimd::api
