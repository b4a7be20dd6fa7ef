#include "scim/schema/legacy_names.hpp"

#include "base/text.hpp"
#include "scim/schema/urn.hpp"

#include <array>

namespace scimd::scim {

namespace {

struct legacy_urn {
    std::string_view sent;
    std::string_view meant;  // empty: the base schema of the resource type
};

// Legacy URNs; no row may be a prefix of a later one. They come from SCIM 1.1 in templates of OneLogin and
// others, from older Entra documentation (the enterprise URN without its last colon), and from using the
// namespace of RFC 7643 §10.3.1 for common attributes.
constexpr std::array legacy_urns = {
        legacy_urn{"urn:scim:schemas:extension:enterprise:1.0:User", urn::enterprise_user},
        legacy_urn{"urn:scim:schemas:extension:enterprise:2.0:User", urn::enterprise_user},
        legacy_urn{"urn:scim:schemas:extension:enterprise:1.0", urn::enterprise_user},
        legacy_urn{"urn:scim:schemas:extension:enterprise:2.0", urn::enterprise_user},
        legacy_urn{"urn:ietf:params:scim:schemas:extension:enterprise:1.0:User", urn::enterprise_user},
        legacy_urn{"urn:ietf:params:scim:schemas:extension:enterprise:1.0", urn::enterprise_user},
        legacy_urn{"urn:ietf:params:scim:schemas:extension:enterprise:2.0User", urn::enterprise_user},
        legacy_urn{"urn:ietf:params:scim:schemas:extension:enterprise:2.0", urn::enterprise_user},
        legacy_urn{"urn:scim:schemas:core:1.0:User", urn::user},
        legacy_urn{"urn:scim:schemas:core:2.0:User", urn::user},
        legacy_urn{"urn:scim:schemas:core:1.0:Group", urn::group},
        legacy_urn{"urn:scim:schemas:core:2.0:Group", urn::group},
        legacy_urn{"urn:scim:schemas:core:1.0", {}},
        legacy_urn{"urn:scim:schemas:core:2.0", {}},
        legacy_urn{"urn:ietf:params:scim:schemas:core:1.0:User", urn::user},
        legacy_urn{"urn:ietf:params:scim:schemas:core:1.0:Group", urn::group},
        legacy_urn{"urn:ietf:params:scim:schemas:core:1.0", {}},
        legacy_urn{"urn:ietf:params:scim:schemas:core:2.0", {}},
};

constexpr std::array<std::string_view, 3> message_namespaces = {
        "urn:ietf:params:scim:schemas:core:2.0:",
        "urn:scim:schemas:core:2.0:",
        "urn:scim:schemas:core:1.0:",
};

// True for the URN, and for a name after it.
bool begins_with_urn(std::string_view name, std::string_view urn) noexcept {
    if (!starts_with_ignoring_case(name, urn))
        return false;
    return name.size() == urn.size() || name[urn.size()] == ':' || name[urn.size()] == '.';
}

bool begins_with_schema(std::string_view name, const resource_type& type) noexcept {
    if (begins_with_urn(name, type.base->urn))
        return true;
    for (const extension& each : type.extensions)
        if (begins_with_urn(name, each.definition->urn))
            return true;
    return false;
}

bool is_legacy_message(std::string_view text, std::string_view urn) noexcept {
    const std::string_view name = urn.substr(urn.rfind(':') + 1);
    for (const std::string_view each : message_namespaces)
        if (starts_with_ignoring_case(text, each) && equals_ignoring_case(text.substr(each.size()), name))
            return true;
    return false;
}

}  // namespace

std::optional<std::string> standard_name(std::string_view name, const resource_type& type) {
    if (!starts_with_ignoring_case(name, "urn:") || begins_with_schema(name, type))
        return std::nullopt;
    for (const legacy_urn& each : legacy_urns)
        if (begins_with_urn(name, each.sent)) {
            const std::string_view meant = each.meant.empty() ? std::string_view(type.base->urn) : each.meant;
            return std::string(meant).append(name.substr(each.sent.size()));
        }
    return std::nullopt;
}

const attribute* find_sub_attribute(const attribute& of, std::string_view name) noexcept {
    const attribute* const found = of.find(name);
    if (found || of.name != "manager" || !equals_ignoring_case(name, "managerId"))
        return found;
    return of.find("value");
}

bool is_message(const json::value& element, std::string_view urn, conformance_mode mode) noexcept {
    const json::string* const text = element.if_string();
    if (!text)
        return false;
    if (equals_ignoring_case(*text, urn))
        return true;
    return mode != conformance_mode::strict && is_legacy_message(*text, urn);
}

}  // namespace scimd::scim
