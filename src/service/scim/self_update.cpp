#include "service/scim/self_update.hpp"

#include "service/request_log/request_trace.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace scimd::service {
namespace {

// How somebody is called and reached, and nothing that anybody is let in by: applications find accounts by
// userName, emails and externalId, and grant rights by the rest. What a schema of one's own declares is not
// listed either, for nobody here knows what it is for.
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
    own_attributes.size() + 1 < request_trace::attributes_kept_max, "a further one would not be seen"
);

}  // namespace

result<void> check_own_change(const json::object& before, const json::object& after)
{
    // `schemas` follows from what else there is.
    for (const auto& name : changed_attributes(before, after))
        if (name != "schemas" && std::ranges::find(own_attributes, name) == own_attributes.end())
            return error{errc::forbidden, name + " is for the directory to change, not for the user itself."};
    const auto bytes = to_text(after).size();
    if (bytes > own_bytes_max && bytes > to_text(before).size())
        return error{errc::too_large, "A user does not make itself larger than 131072 bytes."};
    return {};
}

}  // namespace scimd::service
