#include "service/scim/self_update.hpp"

#include "service/request_log/request_trace.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace scimd::service {
namespace {

// The attributes that users may change: names and ways to reach the person, and nothing that grants access.
// Applications find accounts by userName, emails and externalId, and grant rights by the other attributes.
// Attributes of custom schemas are not listed, because their purpose is unknown.
constexpr std::array<std::string_view, 11> own_attributes{
        "name",
        "displayName",
        "nickName",
        "profileUrl",
        "preferredLanguage",
        "locale",
        "timezone",
        "phoneNumbers",
        "ims",
        "photos",
        "addresses",
};

static_assert(
        own_attributes.size() + 1 < request_trace::attributes_kept_max, "a further one would not be seen");

}  // namespace

result<void> check_own_change(const json::object& before, const json::object& after) {
    // `schemas` follows from the other attributes.
    for (const auto& name : changed_attributes(before, after))
        if (name != "schemas" && std::ranges::find(own_attributes, name) == own_attributes.end())
            return error{errc::forbidden, name + " is for the directory to change, not for the user itself."};
    const auto bytes = to_text(after).size();
    if (bytes > own_bytes_max && bytes > to_text(before).size())
        return error{errc::too_large, "A user does not make itself larger than 131072 bytes."};
    return {};
}

}  // namespace scimd::service
