#include "service/auth/caller_kinds.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace scimd::service {
namespace {

struct area_name {
    std::string_view name;
    bool has_write;
};

// The names of scope_area, in its order.
constexpr std::array<area_name, scope_areas> areas = {{
        {"organizations", true},
        {"domains", true},
        {"directories", true},
        {"secrets", true},
        {"users", false},
        {"roles", true},
        {"attributes", true},
        {"webhooks", true},
        {"events", false},
        {"audit_log", false},
}};

template <class Each>
void each_scope(Each each) {
    for (std::size_t i = 0; i < areas.size(); ++i) {
        each(scope{static_cast<scope_area>(i), false});
        if (areas[i].has_write)
            each(scope{static_cast<scope_area>(i), true});
    }
}

}  // namespace

std::string_view name_of(caller_kind kind) {
    constexpr std::array<std::string_view, caller_kinds.size()> names = {"anonymous", "monitor", "operator",
            "application_client", "organization_client", "portal_session", "directory_token", "user_token"};
    return names[static_cast<std::size_t>(kind)];
}

std::optional<scope> parse_scope(std::string_view text) {
    std::optional<scope> found;
    each_scope([&](const scope& one) {
        if (name_of(one) == text)
            found = one;
    });
    return found;
}

std::string name_of(const scope& one) {
    if (one.area == scope_area::none)
        return {};
    return std::string(areas[static_cast<std::size_t>(one.area)].name) + (one.is_write ? ":write" : ":read");
}

scope_set scope_set::all() {
    scope_set made;
    each_scope([&](const scope& one) { made.add(one); });
    return made;
}

scope_set scope_set::reading() {
    scope_set made;
    each_scope([&](const scope& one) {
        if (!one.is_write)
            made.add(one);
    });
    return made;
}

std::string names_of(const scope_set& scopes) {
    std::string text;
    each_scope([&](const scope& one) {
        if (!scopes.contains(one))
            return;
        if (!text.empty())
            text += ' ';
        text += name_of(one);
    });
    return text;
}

scope_set read_scopes(std::string_view text) {
    scope_set found;
    for (const auto name : split(text, ' '))
        if (const auto known = parse_scope(name))
            found.add(*known);
    return found;
}

}  // namespace scimd::service
