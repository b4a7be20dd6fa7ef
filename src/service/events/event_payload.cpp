#include "service/events/event_payload.hpp"

#include "base/network/look_alike.hpp"
#include "scim/schema/urn.hpp"
#include "scim/value.hpp"
#include "service/domains/user_addresses.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace scimd::service {
namespace {

struct mapping {
    std::string_view from;  // the SCIM attribute
    std::string_view to;    // the normalized key
};

constexpr mapping user_attributes[] = {
        {"externalId", "dp_id"},
        {"userName", "preferred_username"},
        {"active", "active"},
        {"nickName", "nickname"},
        {"title", "title"},
        {"userType", "user_type"},
        {"profileUrl", "profile"},
        {"preferredLanguage", "language"},
        {"locale", "locale"},
        {"timezone", "zoneinfo"},
};

constexpr mapping enterprise_attributes[] = {
        {"employeeNumber", "employee_id"},
        {"costCenter", "cost_center"},
        {"organization", "organization"},
        {"division", "division"},
        {"department", "department"},
};

constexpr mapping address_attributes[] = {
        {"formatted", "formatted"},
        {"streetAddress", "street_address"},
        {"locality", "locality"},
        {"region", "state"},
        {"postalCode", "postal_code"},
        {"country", "country"},
};

template <std::size_t Count>
void copy(json::object& to, const json::object& from, const mapping (&attributes)[Count]) {
    for (const auto& attribute : attributes)
        if (const auto* value = find(from, attribute.from))
            to[attribute.to] = *value;
}

// The primary value of a multi-valued complex attribute, otherwise the first one.
const json::object* chosen(const json::object& document, std::string_view attribute) {
    const auto* values = find_array(document, attribute);
    if (!values)
        return nullptr;
    const json::object* first = nullptr;
    for (const auto& value : *values) {
        if (!value.is_object())
            continue;
        if (scim::is_primary(value))
            return &value.get_object();
        if (!first)
            first = &value.get_object();
    }
    return first;
}

void copy_value(json::object& to, const json::object& document, const mapping& attribute) {
    const auto* one = chosen(document, attribute.from);
    const auto* value = one ? find(*one, "value") : nullptr;
    if (value)
        to[attribute.to] = *value;
}

void add_name(json::object& to, const json::object& document) {
    const auto* name = find_object(document, "name");
    const auto* given = name ? find_string(*name, "givenName") : nullptr;
    const auto* family = name ? find_string(*name, "familyName") : nullptr;
    if (given)
        to["given_name"] = *given;
    if (family)
        to["family_name"] = *family;
    if (const auto* display = find_string(document, "displayName"))
        to["name"] = *display;
    else if (const auto* formatted = name ? find_string(*name, "formatted") : nullptr)
        to["name"] = *formatted;
    else if (given && family)
        to["name"] = std::string(*given) + ' ' + std::string(*family);
}

constexpr std::size_t warnings_max = 10;

void add_once(json::array& to, std::string text) {
    const json::value one(text);
    if (to.size() < warnings_max && std::ranges::find(to, one) == to.end())
        to.push_back(one);
}

}  // namespace

void add_address_marks(json::object& to, const json::object& document, const verified_domains& domains) {
    const auto addresses = addresses_of(document);
    json::array listed;
    json::array warnings;
    bool is_primary_verified = false;
    bool is_user_name_verified = false;
    for (const auto& address : addresses) {
        const bool is_verified = address.domain && domains.contains(*address.domain);
        if (address.is_primary)
            is_primary_verified = is_verified;
        if (address.is_user_name)
            is_user_name_verified = is_verified;
        else
            listed.push_back(json::object{{"value", address.text},
                    {"domain", address.domain ? address.domain->text() : std::string()},
                    {"domain_verified", is_verified}});
        for (const auto& domain : address.domains)
            if (auto warning = look_alike_warning(domain); !warning.empty())
                add_once(warnings, std::move(warning));
    }
    to["email_domain_verified"] = is_primary_verified;
    to["preferred_username_domain_verified"] = is_user_name_verified;
    to["email_addresses"] = std::move(listed);
    if (!warnings.empty())
        to["domain_warnings"] = std::move(warnings);
}

json::array normalize_groups(const std::vector<store::resources::membership>& groups) {
    json::array listed;
    for (const auto& group : groups) {
        if (listed.size() == event_groups_max)
            break;
        listed.push_back(json::object{{"id", group_id_text(group.group)}, {"name", group.display_name}});
    }
    return listed;
}

json::object normalize_user(const caller& caller, const std::string& id, const json::object& document,
        const std::vector<store::resources::membership>& groups, const verified_domains& domains) {
    json::object user;
    user["id"] = id;
    user["organization_id"] = caller.organization.text();
    user["directory_id"] = caller.directory.text();
    if (const auto email = email_of(document); !email.empty())
        user["email"] = email;
    add_address_marks(user, document, domains);
    add_name(user, document);
    copy(user, document, user_attributes);
    copy_value(user, document, {"photos", "picture"});
    copy_value(user, document, {"phoneNumbers", "phone_number"});
    if (const auto* address = chosen(document, "addresses")) {
        json::object copied;
        copy(copied, *address, address_attributes);
        user["address"] = std::move(copied);
    }
    if (const auto* enterprise = find_object(document, scim::urn::enterprise_user))
        copy(user, *enterprise, enterprise_attributes);
    user["groups"] = normalize_groups(groups);
    if (groups.size() > event_groups_max)
        user["groups_truncated"] = true;
    user["raw_attributes"] = document;
    return user;
}

json::object normalize_group(const caller& caller, const std::string& id, const json::object& document) {
    json::object group;
    group["id"] = id;
    group["directory_id"] = caller.directory.text();
    group["organization_id"] = caller.organization.text();
    const auto* name = find(document, "displayName");
    group["display_name"] = name ? *name : json::value();
    const auto* external_id = find(document, "externalId");
    group["external_id"] = external_id ? *external_id : json::value();
    group["dp_id"] = group["external_id"];
    group["raw_attributes"] = document;
    return group;
}

json::object normalize_resource(const caller& caller, const scim::resource_type& type, const std::string& id,
        const json::object& document) {
    json::object resource;
    resource["id"] = id;
    resource["directory_id"] = caller.directory.text();
    resource["organization_id"] = caller.organization.text();
    resource["resource_type"] = type.name;
    const auto* external_id = find(document, "externalId");
    resource["external_id"] = external_id ? *external_id : json::value();
    resource["raw_attributes"] = document;
    return resource;
}

json::object normalize_other(const caller& caller, const scim::resource_type& type, const std::string& id,
        const json::object& document) {
    return type.name == "Group" ? normalize_group(caller, id, document)
                                : normalize_resource(caller, type, id, document);
}

}  // namespace scimd::service
