#include "scim/schema_reader.hpp"

#include "base/text.hpp"
#include "scim/excerpt.hpp"
#include "scim/member_reader.hpp"

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

// An unknown name in a definition is a slip of the pen that would silently leave a default in force.
constexpr std::array<std::string_view, 12> characteristics = {
    "name",
    "type",
    "multiValued",
    "description",
    "required",
    "canonicalValues",
    "caseExact",
    "mutability",
    "returned",
    "uniqueness",
    "referenceTypes",
    "subAttributes",
};
constexpr std::array<std::string_view, 6> schema_members = {
    "schemas", "id", "name", "description", "attributes", "meta"
};
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

// RFC 7644 §3.2: endpoints that are the protocol's own.
constexpr std::array<std::string_view, 5> reserved_endpoints = {
    "ServiceProviderConfig", "ResourceTypes", "Schemas", "Bulk", "Me"
};

constexpr bool is_alpha(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_name_character(char c) noexcept
{
    return is_alpha(c) || (c >= '0' && c <= '9') || c == '$' || c == '-' || c == '_';
}

// RFC 7643 §2.1, and "$ref", which its grammar forgets.
bool is_attribute_name(std::string_view name) noexcept
{
    if (name == "$ref")
        return true;
    return !name.empty() && is_alpha(name.front()) &&
           std::all_of(name.begin(), name.end(), is_name_character);
}

// A URI without the characters that end a name in a filter.
bool is_schema_urn(std::string_view urn) noexcept
{
    constexpr std::string_view delimiters = " \"'()[],";
    return urn.find(':') != std::string_view::npos && urn.back() != ':' &&
           std::all_of(urn.begin(), urn.end(), [](char c) { return c > ' ' && c < 0x7f; }) &&
           urn.find_first_of(delimiters) == std::string_view::npos;
}

bool is_endpoint(std::string_view endpoint) noexcept
{
    return endpoint.size() > 1 && endpoint.front() == '/' && is_alpha(endpoint[1]) &&
           std::all_of(endpoint.begin() + 1, endpoint.end(), is_name_character);
}

bool is_id_prefix(std::string_view prefix) noexcept
{
    return prefix.size() > 1 && prefix.ends_with('_') &&
           std::all_of(prefix.begin(), prefix.end() - 1, [](char c) { return c >= 'a' && c <= 'z'; });
}

// What one characteristic demands of another.
void check_consistency(member_reader& in, const attribute& made)
{
    in.require(is_attribute_name(made.name), "the name is not one that RFC 7643 allows.");
    in.require(
        !made.is_required || made.mutability != mutability::read_only,
        "a required attribute cannot be readOnly: no client could give it."
    );
    in.require(
        made.mutability != mutability::write_only || made.returned == returned::never,
        "a writeOnly attribute must have 'returned' never."
    );
    in.require(
        made.is_complex() || made.sub_attributes.empty(), "only a complex attribute has subAttributes."
    );
    in.require(
        made.reference_types.empty() || made.type == attribute_type::reference,
        "only a reference has referenceTypes."
    );
}

enum class level { attribute, sub_attribute };

result<std::vector<attribute>> read_attributes(const std::string& where, const json::array& rows, level at);

result<attribute> read_attribute(const std::string& where, const json::object& members, level at)
{
    const json::string* const name = find_string(members, "name");
    const std::string path = where + (name ? std::string(*name) : "(an attribute without name)");
    member_reader in(path, members);
    in.only(characteristics);

    attribute made;
    made.name = in.required_text("name");
    made.type = in.one_of("type", type_keywords, made.type);
    made.is_multi_valued = in.boolean("multiValued").value_or(false);
    made.is_required = in.boolean("required").value_or(false);
    // RFC 7643 §2.3.6, §2.3.7: binary data and references are case exact.
    const bool is_exact_type = made.type == attribute_type::binary || made.type == attribute_type::reference;
    made.is_case_exact = in.boolean("caseExact").value_or(is_exact_type);
    made.mutability = in.one_of("mutability", mutability_keywords, made.mutability);
    made.returned = in.one_of("returned", returned_keywords, made.returned);
    made.uniqueness = in.one_of("uniqueness", uniqueness_keywords, made.uniqueness);
    made.canonical_values = in.texts("canonicalValues");
    made.reference_types = in.texts("referenceTypes");
    made.description = in.text("description");

    // RFC 7643 §2.3.8: sub-attributes are simple. Refused before descending, so that depth is bounded.
    const json::array& sub_attributes = in.list("subAttributes");
    const bool is_nested = at == level::sub_attribute && (made.is_complex() || !sub_attributes.empty());
    in.require(!is_nested, "a complex attribute cannot stand inside a complex attribute.");
    in.require(!made.is_complex() || !sub_attributes.empty(), "a complex attribute needs subAttributes.");
    if (in.failure())
        return *in.failure();
    auto read = read_attributes(path + ".", sub_attributes, level::sub_attribute);
    if (!read)
        return read.error();
    made.sub_attributes = std::move(*read);

    check_consistency(in, made);
    if (in.failure())
        return *in.failure();
    return made;
}

result<std::vector<attribute>> read_attributes(const std::string& where, const json::array& rows, level at)
{
    std::vector<attribute> made;
    for (const json::value& row : rows) {
        const json::object* const members = row.if_object();
        if (!members)
            return error{errc::invalid_value, where + " every attribute must be an object."};
        auto next = read_attribute(where, *members, at);
        if (!next)
            return next.error();
        const bool is_known = std::any_of(made.begin(), made.end(), [&](const attribute& each) {
            return equals_ignoring_case(each.name, next->name);
        });
        if (is_known)
            return error{errc::invalid_value, where + next->name + ": the attribute is defined twice."};
        made.push_back(std::move(*next));
    }
    return made;
}

result<extension> read_extension(const std::string& where, const json::value& row, const catalogue& known)
{
    const json::object* const members = row.if_object();
    if (!members)
        return error{errc::invalid_value, where + ": every schema extension must be an object."};
    member_reader in(where, *members);
    in.only(extension_members);
    const std::string urn = in.required_text("schema");
    const schema* const definition = known.find_schema(urn);
    in.require(definition, "there is no schema " + excerpt(urn) + ".");
    const bool is_required = in.boolean("required").value_or(false);
    if (in.failure())
        return *in.failure();
    return extension{definition, is_required};
}

void check_against_others(member_reader& in, const resource_type& made, const catalogue& known)
{
    in.require(!known.find_type(made.name), "there is another resource type of this name.");
    for (const resource_type& other : known.resource_types()) {
        in.require(
            !equals_ignoring_case(other.endpoint, made.endpoint), "another resource type has this endpoint."
        );
        in.require(other.id_prefix != made.id_prefix, "another resource type has this idPrefix.");
    }
}

void check_endpoint(member_reader& in, std::string_view endpoint)
{
    if (!is_endpoint(endpoint)) {
        in.fail("'endpoint' must be one path segment, such as \"/Users\".");
        return;
    }
    for (const std::string_view reserved : reserved_endpoints)
        in.require(
            !equals_ignoring_case(endpoint.substr(1), reserved), "'endpoint' is one of the protocol's own."
        );
}

}  // namespace

result<schema> read_schema(std::string_view file, json::object content)
{
    member_reader in{std::string(file), content};
    in.require(find(content, "attributes"), "this is neither a schema nor a resource type.");
    in.only(schema_members);

    schema made;
    made.urn = in.required_text("id");
    in.require(made.urn.empty() || is_schema_urn(made.urn), "'id' must be the URN of the schema.");
    made.name = in.text("name");
    made.description = in.text("description");
    const json::array& rows = in.list("attributes");
    if (in.failure())
        return *in.failure();
    auto attributes = read_attributes(std::string(file) + ": ", rows, level::attribute);
    if (!attributes)
        return attributes.error();
    made.attributes = std::move(*attributes);
    for (const attribute& each : made.attributes)
        in.require(!find_common(each.name), each.name + " is an attribute that every resource has.");
    if (in.failure())
        return *in.failure();
    made.source = std::move(content);
    return made;
}

result<resource_type> read_resource_type(std::string_view file, json::object content, const catalogue& known)
{
    member_reader in{std::string(file), content};
    in.only(type_members);

    resource_type made;
    made.name = in.required_text("name");
    made.endpoint = in.required_text("endpoint");
    made.description = in.text("description");
    made.id_prefix = in.required_text("idPrefix");
    check_endpoint(in, made.endpoint);
    in.require(is_id_prefix(made.id_prefix), "'idPrefix' must be lower-case letters and an underscore.");
    check_against_others(in, made, known);

    const std::string base = in.required_text("schema");
    made.base = known.find_schema(base);
    in.require(made.base, "there is no schema " + excerpt(base) + ".");
    const json::array& extensions = in.list("schemaExtensions");
    if (in.failure())
        return *in.failure();

    for (const json::value& row : extensions) {
        auto next = read_extension(std::string(file), row, known);
        if (!next)
            return next.error();
        if (made.find_schema(next->definition->urn))
            return error{
                errc::invalid_value, std::string(file) + ": " + next->definition->urn + " is listed twice."
            };
        made.extensions.push_back(*next);
    }
    made.source = std::move(content);
    return made;
}

}  // namespace scimd::scim
