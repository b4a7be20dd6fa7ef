#include "scim/schema/schema_reader.hpp"

#include "base/text.hpp"
#include "scim/quoted_input.hpp"

#include <algorithm>
#include <array>

namespace scimd::scim {

namespace {

constexpr std::array<keyword<attribute_type>, 8> type_keywords = {{
        {"string", attribute_type::string},
        {"boolean", attribute_type::boolean},
        {"decimal", attribute_type::decimal},
        {"integer", attribute_type::integer},
        {"dateTime", attribute_type::date_time},
        {"binary", attribute_type::binary},
        {"reference", attribute_type::reference},
        {"complex", attribute_type::complex},
}};
constexpr std::array<keyword<mutability>, 4> mutability_keywords = {{
        {"readOnly", mutability::read_only},
        {"readWrite", mutability::read_write},
        {"immutable", mutability::immutable},
        {"writeOnly", mutability::write_only},
}};
constexpr std::array<keyword<returned>, 4> returned_keywords = {{
        {"always", returned::always},
        {"never", returned::never},
        {"default", returned::by_default},
        {"request", returned::on_request},
}};
constexpr std::array<keyword<uniqueness>, 3> uniqueness_keywords = {{
        {"none", uniqueness::none},
        {"server", uniqueness::server},
        {"global", uniqueness::global},
}};
constexpr std::array<keyword<text_format>, 2> format_keywords = {{
        {"country", text_format::country},
        {"name", text_format::name},
}};

// The known member names. An unknown one is an error: a misspelled name would silently leave a default in
// force.
constexpr std::array<std::string_view, 13> characteristics = {
        "name",
        "type",
        "multiValued",
        "description",
        "required",
        "format",
        "canonicalValues",
        "caseExact",
        "mutability",
        "returned",
        "uniqueness",
        "referenceTypes",
        "subAttributes",
};
constexpr std::array<std::string_view, 6> schema_members = {
        "schemas", "id", "name", "description", "attributes", "meta"};
constexpr std::array<std::string_view, 9> type_members = {
        "schemas",
        "id",
        "name",
        "endpoint",
        "description",
        "schema",
        "schemaExtensions",
        "idPrefix",
        "meta",
};
constexpr std::array<std::string_view, 2> extension_members = {"schema", "required"};

// Endpoints of the protocol itself (RFC 7644 §3.2).
constexpr std::array<std::string_view, 5> reserved_endpoints = {
        "ServiceProviderConfig", "ResourceTypes", "Schemas", "Bulk", "Me"};

constexpr bool is_name_character(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '$' || c == '-' || c == '_';
}

// True for a name of RFC 7643 §2.1, and for "$ref", which its grammar forgets.
bool is_attribute_name(std::string_view name) noexcept {
    if (name == "$ref")
        return true;
    return !name.empty() && is_alpha(name.front()) &&
           std::all_of(name.begin(), name.end(), is_name_character);
}

// True for a URI without the characters that end a name in a filter.
bool is_schema_urn(std::string_view urn) noexcept {
    constexpr std::string_view delimiters = " \"'()[],";
    return urn.find(':') != std::string_view::npos && urn.back() != ':' &&
           std::all_of(urn.begin(), urn.end(), [](char c) { return c > ' ' && c < 0x7f; }) &&
           urn.find_first_of(delimiters) == std::string_view::npos;
}

bool is_endpoint(std::string_view endpoint) noexcept {
    return endpoint.size() > 1 && endpoint.front() == '/' && is_alpha(endpoint[1]) &&
           std::all_of(endpoint.begin() + 1, endpoint.end(), is_name_character);
}

constexpr bool is_prefix_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || is_digit(c);
}

bool is_id_prefix(std::string_view prefix) noexcept {
    return prefix.size() > 1 && prefix.ends_with('_') && is_alpha(prefix.front()) &&
           std::all_of(prefix.begin(), prefix.end() - 1, is_prefix_character);
}

// Checks that characteristics do not contradict each other.
void check_consistency(definition_reader& in, const attribute& made) {
    in.require(
            made.name.empty() || is_attribute_name(made.name), "the name is not one that RFC 7643 allows.");
    in.require(!made.is_required || made.mutability != mutability::read_only,
            "a required attribute cannot be readOnly: no client could give it.");
    in.require(made.mutability != mutability::write_only || made.returned == returned::never,
            "a writeOnly attribute must have 'returned' never.");
    const bool is_unique = made.uniqueness != uniqueness::none;
    in.require(!is_unique || (made.type != attribute_type::boolean && !made.is_complex()),
            "a boolean or complex attribute cannot be unique.");
    // Write-only attributes are not stored, so there is no value to compare a new one with.
    const bool needs_keeping = is_unique || made.mutability == mutability::immutable;
    in.require(!needs_keeping || made.returned != returned::never,
            "an attribute that is never returned is not kept, so it can be neither unique nor immutable.");
    in.require(
            made.is_complex() || made.sub_attributes.empty(), "only a complex attribute has subAttributes.");
    in.require(made.reference_types.empty() || made.type == attribute_type::reference,
            "only a reference has referenceTypes.");
    in.require(made.format == text_format::any || made.type == attribute_type::string,
            "only a string has a format.");
}

void read_characteristics(definition_reader& in, attribute& made) {
    made.type = in.one_of("type", type_keywords).value_or(made.type);
    made.is_multi_valued = in.boolean("multiValued").value_or(false);
    made.is_required = in.boolean("required").value_or(false);
    // Binary data and references are caseExact (RFC 7643 §2.3.6, §2.3.7).
    const bool is_exact_type = made.type == attribute_type::binary || made.type == attribute_type::reference;
    made.is_case_exact = in.boolean("caseExact").value_or(is_exact_type);
    made.mutability = in.one_of("mutability", mutability_keywords).value_or(made.mutability);
    // A writeOnly attribute SHALL NOT be returned (RFC 7643 §7); it is the default for one.
    const returned fallback =
            made.mutability == mutability::write_only ? returned::never : returned::by_default;
    made.returned = in.one_of("returned", returned_keywords).value_or(fallback);
    made.uniqueness = in.one_of("uniqueness", uniqueness_keywords).value_or(made.uniqueness);
    made.format = in.one_of("format", format_keywords).value_or(made.format);
    made.canonical_values = in.texts("canonicalValues", canonical_values_max, canonical_value_bytes_max);
    made.reference_types = in.texts("referenceTypes", reference_types_max, definition_name_bytes_max);
    made.description = in.text("description", description_bytes_max);
}

enum class level { attribute, sub_attribute };

std::vector<attribute> read_attributes(
        const std::string& where, const json::array& rows, level at, definition_errors& found);

attribute read_attribute(
        const std::string& where, const json::object& members, level at, definition_errors& found) {
    const json::string* const name = find_string(members, "name");
    const std::string path = where + (name ? std::string(name->subview(0, definition_name_bytes_max))
                                           : "(an attribute without name)");
    definition_reader in(path, members, found);
    in.only(characteristics);

    attribute made;
    made.name = in.required_text("name", definition_name_bytes_max);
    read_characteristics(in, made);

    // Sub-attributes are simple (RFC 7643 §2.3.8). Checked before descending, which bounds the depth.
    const json::array& rows = in.list("subAttributes", attributes_max);
    if (at == level::sub_attribute && (made.is_complex() || !rows.empty())) {
        in.fail("a complex attribute cannot stand inside a complex attribute.");
        return made;
    }
    in.require(!made.is_complex() || !rows.empty(), "a complex attribute needs subAttributes.");
    made.sub_attributes = read_attributes(path + ".", rows, level::sub_attribute, found);
    check_consistency(in, made);
    in.require(at == level::attribute || !made.is_required || made.returned != returned::never,
            "a sub-attribute that is never returned is not kept, so it cannot be required.");
    return made;
}

std::vector<attribute> read_attributes(
        const std::string& where, const json::array& rows, level at, definition_errors& found) {
    std::vector<attribute> made;
    for (const json::value& row : rows) {
        const json::object* const members = row.if_object();
        if (!members) {
            found.add(
                    where.substr(0, where.find_last_not_of(": .") + 1), "every attribute must be an object.");
            continue;
        }
        attribute next = read_attribute(where, *members, at, found);
        const bool is_known = std::any_of(made.begin(), made.end(),
                [&](const attribute& each) { return equals_ignoring_case(each.name, next.name); });
        if (is_known && !next.name.empty())
            found.add(where + next.name, "the attribute is defined twice.");
        made.push_back(std::move(next));
    }
    return made;
}

void check_endpoint(definition_reader& in, std::string_view endpoint) {
    if (endpoint.empty())
        return;
    if (!is_endpoint(endpoint)) {
        in.fail("'endpoint' must be one path segment, such as \"/Users\".");
        return;
    }
    for (const std::string_view reserved : reserved_endpoints)
        in.require(!equals_ignoring_case(endpoint.substr(1), reserved),
                "'endpoint' is one of the protocol's own.");
}

std::vector<resource_type_draft::extension> read_extensions(
        definition_reader& in, const std::string& where, definition_errors& found) {
    std::vector<resource_type_draft::extension> made;
    for (const json::value& row : in.list("schemaExtensions", extensions_max)) {
        const json::object* const members = row.if_object();
        if (!members) {
            in.fail("every schema extension must be an object.");
            continue;
        }
        definition_reader each(where, *members, found);
        each.only(extension_members);
        const std::string urn = each.required_text("schema", schema_urn_bytes_max);
        made.push_back({.urn = urn, .is_required = each.boolean("required").value_or(false)});
    }
    return made;
}

// Drops common attributes (RFC 7643 §3.1), which some servers list in each of their schemas.
json::array own_attributes(const json::array& rows) {
    json::array own;
    for (const json::value& row : rows) {
        const json::string* const name = row.is_object() ? find_string(row.get_object(), "name") : nullptr;
        if (!name || !find_common(*name))
            own.push_back(row);
    }
    return own;
}

}  // namespace

schema read_schema(const std::string& where, const json::object& content, definition_errors& found) {
    definition_reader in(where, content, found);
    in.only(schema_members);

    schema made;
    made.urn = in.required_text("id", schema_urn_bytes_max);
    in.require(made.urn.empty() || is_schema_urn(made.urn), "'id' must be the URN of the schema.");
    made.name = in.text("name", definition_name_bytes_max);
    made.description = in.text("description", description_bytes_max);
    const json::array& rows = in.list("attributes", attributes_max);
    made.attributes = read_attributes(where + ": ", own_attributes(rows), level::attribute, found);
    return made;
}

resource_type_draft read_resource_type(
        const std::string& where, const json::object& content, definition_errors& found) {
    definition_reader in(where, content, found);
    in.only(type_members);

    resource_type_draft made;
    made.where = where;
    made.name = in.required_text("name", definition_name_bytes_max);
    in.require(
            made.name.empty() || (is_alpha(made.name.front()) &&
                                         std::all_of(made.name.begin(), made.name.end(), is_name_character)),
            "'name' must be letters, digits, '-' and '_'.");
    made.endpoint = in.required_text("endpoint", definition_name_bytes_max);
    check_endpoint(in, made.endpoint);
    made.description = in.text("description", description_bytes_max);
    made.id_prefix = in.text("idPrefix", definition_name_bytes_max);
    in.require(made.id_prefix.empty() || is_id_prefix(made.id_prefix),
            "'idPrefix' must be lower-case letters and digits and an underscore.");
    made.base = in.required_text("schema", schema_urn_bytes_max);
    made.extensions = read_extensions(in, where, found);
    return made;
}

}  // namespace scimd::scim
