#include "scim/schema/discovery.hpp"

#include "scim/messages/bulk.hpp"
#include "scim/messages/query.hpp"
#include "scim/schema/urn.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace scimd::scim {

namespace {

std::string_view name_of(attribute_type type) {
    switch (type) {
        case attribute_type::string:
            return "string";
        case attribute_type::boolean:
            return "boolean";
        case attribute_type::decimal:
            return "decimal";
        case attribute_type::integer:
            return "integer";
        case attribute_type::date_time:
            return "dateTime";
        case attribute_type::binary:
            return "binary";
        case attribute_type::reference:
            return "reference";
        case attribute_type::complex:
            break;
    }
    return "complex";
}

std::string_view name_of(mutability value) {
    switch (value) {
        case mutability::read_only:
            return "readOnly";
        case mutability::read_write:
            return "readWrite";
        case mutability::immutable:
            return "immutable";
        case mutability::write_only:
            break;
    }
    return "writeOnly";
}

std::string_view name_of(returned value) {
    switch (value) {
        case returned::always:
            return "always";
        case returned::never:
            return "never";
        case returned::by_default:
            return "default";
        case returned::on_request:
            break;
    }
    return "request";
}

std::string_view name_of(uniqueness value) {
    switch (value) {
        case uniqueness::none:
            return "none";
        case uniqueness::server:
            return "server";
        case uniqueness::global:
            break;
    }
    return "global";
}

json::array list(const std::vector<std::string>& texts) {
    json::array rows;
    for (const std::string& each : texts)
        rows.emplace_back(each);
    return rows;
}

// True for strings, references and binary values, the only types for which caseExact is defined (RFC 7643
// §2.3).
bool has_case(attribute_type type) {
    return type == attribute_type::string || type == attribute_type::reference ||
           type == attribute_type::binary;
}

bool has_uniqueness(attribute_type type) {
    return type == attribute_type::string || type == attribute_type::reference ||
           type == attribute_type::integer || type == attribute_type::decimal;
}

json::array attribute_documents(const std::vector<attribute>& definitions);

json::object attribute_document(const attribute& definition) {
    json::object document;
    document["name"] = definition.name;
    document["type"] = name_of(definition.type);
    document["multiValued"] = definition.is_multi_valued;
    document["description"] = definition.description;
    document["required"] = definition.is_required;
    if (!definition.canonical_values.empty())
        document["canonicalValues"] = list(definition.canonical_values);
    if (has_case(definition.type))
        document["caseExact"] = definition.is_case_exact;
    document["mutability"] = name_of(definition.mutability);
    document["returned"] = name_of(definition.returned);
    if (has_uniqueness(definition.type))
        document["uniqueness"] = name_of(definition.uniqueness);
    if (!definition.reference_types.empty())
        document["referenceTypes"] = list(definition.reference_types);
    if (definition.is_complex())
        document["subAttributes"] = attribute_documents(definition.sub_attributes);
    return document;
}

json::array attribute_documents(const std::vector<attribute>& definitions) {
    json::array rows;
    for (const attribute& each : definitions)
        rows.emplace_back(attribute_document(each));
    return rows;
}

json::object meta(std::string_view resource_type, std::string_view base_url, std::string_view path) {
    return {
            {"resourceType", resource_type},
            {"location", std::string(base_url) + std::string(path)},
    };
}

json::object bulk_support(std::size_t payload_bytes_max) {
    const bool is_supported = payload_bytes_max > 0;
    return {
            {"supported", is_supported},
            {"maxOperations", is_supported ? bulk_operations_max : 0},
            {"maxPayloadSize", payload_bytes_max},
    };
}

json::object bearer_scheme() {
    return {
            {"type", "oauthbearertoken"},
            {"name", "OAuth Bearer Token"},
            {"description", "A token of the directory in the Authorization header field."},
            {"specUri", "https://www.rfc-editor.org/info/rfc6750"},
            {"primary", true},
    };
}

}  // namespace

json::object service_provider_config(const capabilities& offered, std::string_view base_url) {
    json::object document;
    document["schemas"] = json::array{urn::service_provider_config};
    if (!offered.documentation_uri.empty())
        document["documentationUri"] = offered.documentation_uri;
    document["patch"] = json::object{{"supported", true}};
    document["bulk"] = bulk_support(offered.bulk_payload_bytes_max);
    document["filter"] = json::object{{"supported", true}, {"maxResults", offered.filter_results_max}};
    document["changePassword"] = json::object{{"supported", false}};
    document["sort"] = json::object{{"supported", true}};
    document["etag"] = json::object{{"supported", true}};
    // Cursor pagination, RFC 9865 §4.
    document["pagination"] = json::object{
            {"cursor", true},
            {"index", true},
            {"defaultPaginationMethod", "index"},
            {"defaultPageSize", page_size_default},
            {"maxPageSize", std::min(page_size_max, offered.filter_results_max)},
            {"cursorTimeout", std::chrono::seconds(cursor_lifetime).count()},
    };
    document["authenticationSchemes"] = json::array{bearer_scheme()};
    document["meta"] = meta("ServiceProviderConfig", base_url, "/ServiceProviderConfig");
    return document;
}

json::object resource_type_document(const resource_type& type, std::string_view base_url) {
    json::array extensions;
    for (const extension& each : type.extensions)
        extensions.emplace_back(
                json::object{{"schema", each.definition->urn}, {"required", each.is_required}});
    json::object document;
    document["schemas"] = json::array{urn::resource_type};
    document["id"] = type.name;
    document["name"] = type.name;
    document["endpoint"] = type.endpoint;
    document["description"] = type.description;
    document["schema"] = type.base->urn;
    document["schemaExtensions"] = std::move(extensions);
    document["meta"] = meta("ResourceType", base_url, "/ResourceTypes/" + type.name);
    return document;
}

json::object schema_document(const schema& definition, std::string_view base_url) {
    json::object document;
    document["schemas"] = json::array{urn::schema};
    document["id"] = definition.urn;
    document["name"] = definition.name;
    document["description"] = definition.description;
    document["attributes"] = attribute_documents(definition.attributes);
    document["meta"] = meta("Schema", base_url, "/Schemas/" + definition.urn);
    return document;
}

}  // namespace scimd::scim
