#include "service/scim/indexed_columns.hpp"

#include "base/text.hpp"
#include "scim/comparable.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {
namespace {

std::optional<std::string> text_of(const json::object& document, std::string_view attribute) {
    const auto* value = find_string(document, attribute);
    return value ? std::optional(std::string(*value)) : std::nullopt;
}

// A name in its normalized form for comparison: two names are equal when their keys are.
std::optional<std::string> key_of(const json::object& document, const scim::resource_type& type,
        std::string_view name, work_budget& work) {
    const auto* text = find_string(document, name);
    return text ? std::optional(scim::comparable_text(*text, *type.base->find(name), work)) : std::nullopt;
}

void add_emails(store::resources::index_columns& columns, const json::object& user, work_budget& work) {
    const auto* emails = find_array(user, "emails");
    if (!emails)
        return;
    for (const auto& email : *emails) {
        const auto* value = email.is_object() ? find_string(email.get_object(), "value") : nullptr;
        if (value)
            columns.values.emplace_back("emails.value", fold(*value, work));
    }
}

}  // namespace

// Only users and groups have these columns; unique values of other types are rows of unique_values.
store::resources::index_columns columns_of(
        const caller& caller, const scim::resource_type& type, const json::object& document) {
    store::resources::index_columns columns;
    columns.external_id = text_of(document, "externalId");
    if (type.name == "Group") {
        columns.display_key = key_of(document, type, "displayName", *caller.work);
        if (caller.has_unique_group_names)
            columns.unique_key = columns.display_key;
    }
    if (type.name != "User")
        return columns;
    columns.unique_key = key_of(document, type, "userName", *caller.work);
    columns.display_key = key_of(document, type, "displayName", *caller.work);
    if (const auto* active = find(document, "active"); active && active->is_bool())
        columns.active = active->get_bool();
    add_emails(columns, document, *caller.work);
    return columns;
}

}  // namespace scimd::service
