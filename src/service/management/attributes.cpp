#include "service/management/attributes.hpp"

#include "base/text.hpp"
#include "scim/filter/match.hpp"
#include "scim/patch/patch_path.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

namespace scimd::service::attributes {
namespace {

namespace rows = store::attributes;

constexpr std::size_t key_bytes_min = 3;
constexpr std::size_t key_bytes_max = 25;
constexpr std::size_t label_bytes_min = 3;
constexpr std::size_t label_bytes_max = 250;

constexpr std::array<std::string_view, 5> datatypes = {"STRING", "NUMBER", "BOOL", "ARRAY", "OBJECT"};

constexpr standard_attribute standard[] = {
        {"email", "Email", "STRING"},
        {"preferred_username", "Preferred username", "STRING"},
        {"name", "Name", "STRING"},
        {"given_name", "Given name", "STRING"},
        {"family_name", "Family name", "STRING"},
        {"nickname", "Nickname", "STRING"},
        {"picture", "Picture", "STRING"},
        {"phone_number", "Phone number", "STRING"},
        {"address", "Address", "OBJECT"},
        {"title", "Title", "STRING"},
        {"user_type", "User type", "STRING"},
        {"employee_id", "Employee ID", "STRING"},
        {"cost_center", "Cost center", "STRING"},
        {"organization", "Organization", "STRING"},
        {"division", "Division", "STRING"},
        {"department", "Department", "STRING"},
        {"profile", "Profile", "STRING"},
        {"language", "Language", "STRING"},
        {"locale", "Locale", "STRING"},
        {"zoneinfo", "Time zone", "STRING"},
        {"active", "Active", "BOOL"},
        {"groups", "Groups", "ARRAY"},
};

bool is_key(std::string_view text) {
    const auto is_plain = [](char one) { return is_alpha(one) || is_digit(one) || one == '-' || one == '_'; };
    return text.size() >= key_bytes_min && text.size() <= key_bytes_max && is_alpha(text.front()) &&
           std::ranges::all_of(text, is_plain);
}

result<void> apply(const change& wanted, definition& to) {
    if (wanted.label) {
        const bool is_good = wanted.label->size() >= label_bytes_min &&
                             wanted.label->size() <= label_bytes_max && is_storable(*wanted.label);
        if (!is_good)
            return invalid_value("label must have 3 to 250 bytes of text.");
        to.label = *wanted.label;
    }
    if (wanted.datatype) {
        if (std::ranges::find(datatypes, *wanted.datatype) == datatypes.end())
            return invalid_value("datatype must be STRING, NUMBER, BOOL, ARRAY or OBJECT.");
        to.datatype = *wanted.datatype;
    }
    to.is_enabled = wanted.is_enabled.value_or(to.is_enabled);
    to.is_required = wanted.is_required.value_or(to.is_required);
    return {};
}

// Checks one mapping, whose key and path can be swapped.
result<rows::mapping> check_one(
        store::transaction& tx, const caller& caller, const wanted_mapping& wanted, const std::string& at) {
    const auto first = rows::find(tx, wanted.key);
    const auto second = first ? std::nullopt : rows::find(tx, wanted.map_to);
    if (!first && !second)
        return error{errc::not_found, at + "key: there is no such directory user attribute."};
    const auto& path = first ? wanted.map_to : wanted.key;
    if (path.size() > path_bytes_max)
        return invalid_value(at + "map_to must have at most 500 bytes.");
    const auto* users = caller.schemas->find_type("User");
    if (!users)
        return error{errc::not_found, "This directory has no users."};
    const auto target = scim::parse_target(path, *users, scim::conformance_mode::compat, unlimited_work());
    if (!target)
        return invalid_value(at + "map_to: " + target.error().detail);
    if (!target->attribute.attribute)
        return invalid_value(at + "map_to must name an attribute.");
    const auto& chosen = first ? *first : *second;
    return rows::mapping{chosen.key, path, chosen.datatype, chosen.is_enabled, chosen.is_required};
}

// The attribute that the path names, with all values of a multi-valued one.
const json::value* attribute_in(const scim::path& path, const json::object& document) {
    const auto* object = path.extension ? find_object(document, path.extension->urn) : &document;
    return object ? find(*object, path.attribute->name) : nullptr;
}

json::value part_of(const scim::path& path, const json::value& element) {
    if (!path.sub_attribute)
        return element;
    const auto* part = element.is_object() ? find(element.get_object(), path.sub_attribute->name) : nullptr;
    return part ? *part : json::value();
}

// All values that a path leads to, the primary one first.
json::array values_of(const scim::patch_target& from, const json::object& document, work_budget& work) {
    const auto* value = attribute_in(from.attribute, document);
    if (!value || value->is_null())
        return {};
    if (!value->is_array())
        return {part_of(from.attribute, *value)};
    json::array found;
    for (const auto& element : value->get_array()) {
        if (from.where && !scim::matches_value(*from.where, element, work))
            continue;
        auto part = part_of(from.attribute, element);
        if (part.is_null())
            continue;
        found.insert(scim::is_primary(element) ? found.begin() : found.end(), std::move(part));
    }
    return found;
}

std::optional<json::value> to_string(const json::value& value) {
    if (value.is_string())
        return value;
    if (value.is_bool() || value.is_number())
        return json::value(to_text(value));
    return std::nullopt;
}

std::optional<json::value> to_number(const json::value& value) {
    if (value.is_number())
        return value;
    if (!value.is_string())
        return std::nullopt;
    const auto& text = value.get_string();
    const auto* end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc() && read.ptr == end)
        return json::value(whole);
    double number = 0;
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(number))
        return std::nullopt;
    return json::value(number);
}

std::optional<json::value> to_bool(const json::value& value) {
    if (value.is_bool())
        return value;
    if (value.is_string() && equals_ignoring_case(value.get_string(), "true"))
        return json::value(true);
    if (value.is_string() && equals_ignoring_case(value.get_string(), "false"))
        return json::value(false);
    return std::nullopt;
}

std::optional<json::value> converted(const json::value& value, std::string_view datatype) {
    if (datatype == "STRING")
        return to_string(value);
    if (datatype == "NUMBER")
        return to_number(value);
    if (datatype == "BOOL")
        return to_bool(value);
    return value.is_object() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::span<const standard_attribute> standard_attributes() {
    return standard;
}

result<definition> define(store::transaction& tx, std::string_view key, const change& wanted) {
    if (!is_key(key))
        return invalid_value("key must have 3 to 25 letters, digits, '-' or '_' and begin with a letter.");
    if (std::ranges::find(standard, key, &standard_attribute::key) != std::end(standard))
        return error{errc::conflict, "The attribute " + std::string(key) + " is one of the standard ones."};
    if (rows::count(tx) >= static_cast<std::int64_t>(definitions_max))
        return error{errc::conflict, "There are 100 attributes already; delete one first."};
    definition made{std::string(key), std::string(key), "STRING"};
    if (auto applied = apply(wanted, made); !applied)
        return applied.error();
    if (!rows::insert(tx, made))
        return error{errc::conflict, "The attribute " + made.key + " already exists."};
    return made;
}

result<definition> redefine(store::transaction& tx, definition before, const change& wanted) {
    if (auto applied = apply(wanted, before); !applied)
        return applied.error();
    rows::update(tx, before);
    return before;
}

result<std::vector<rows::mapping>> check(
        store::transaction& tx, const caller& caller, const std::vector<wanted_mapping>& wanted) {
    if (wanted.size() > definitions_max)
        return invalid_value("attributes has more than 100 elements.");
    std::vector<rows::mapping> checked;
    std::set<std::string> keys;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto at = "attributes[" + std::to_string(i) + "]";
        auto one = check_one(tx, caller, wanted[i], at + ".");
        if (!one)
            return one.error();
        if (!keys.insert(one->key).second)
            return invalid_value(at + ": the key " + one->key + " is used twice.");
        checked.push_back(std::move(*one));
    }
    return checked;
}

std::vector<mapping> parse_mappings(const std::vector<rows::mapping>& rows, const scim::catalogue& schemas) {
    std::vector<mapping> parsed;
    const auto* users = schemas.find_type("User");
    if (!users)
        return parsed;
    for (const auto& one : rows) {
        auto target = scim::parse_target(one.path, *users, scim::conformance_mode::compat, unlimited_work());
        if (target && one.is_enabled)
            parsed.push_back({one.key, one.datatype, one.is_required, std::move(*target)});
    }
    return parsed;
}

std::vector<mapping> mappings(store::transaction& tx, const caller& caller) {
    return parse_mappings(rows::mappings(tx, caller.directory), *caller.schemas);
}

result<json::value> read(const mapping& mapped, const json::object& document, work_budget& work) {
    auto values = values_of(mapped.from, document, work);
    if (mapped.datatype == "ARRAY")
        return values.empty() ? json::value() : json::value(std::move(values));
    if (values.empty() || values.front().is_null())
        return json::value();
    auto value = converted(values.front(), mapped.datatype);
    if (!value)
        return invalid_value("The value is no " + mapped.datatype + ".");
    return std::move(*value);
}

}  // namespace scimd::service::attributes
