#include "scim/messages/bulk.hpp"

#include "base/text.hpp"
#include "scim/messages/bulk_reference.hpp"
#include "scim/messages/message.hpp"
#include "scim/quoted_input.hpp"
#include "scim/schema/legacy_names.hpp"
#include "scim/schema/urn.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace scimd::scim {
namespace {

constexpr std::size_t method_bytes_max = 16;  // an unknown method up to this size is repeated in the response

constexpr std::array methods = {
        std::pair(std::string_view("POST"), bulk_method::post),
        std::pair(std::string_view("PUT"), bulk_method::put),
        std::pair(std::string_view("PATCH"), bulk_method::patch),
        std::pair(std::string_view("DELETE"), bulk_method::remove),
};

error missing(std::string_view name) {
    return {errc::invalid_value, "The operation needs a " + std::string(name) + "."};
}

error wrong_kind(std::string_view name, std::string_view kind) {
    return {errc::invalid_syntax, std::string(name) + " must be " + std::string(kind) + "."};
}

result<void> check_bulk_schemas(const json::object& body, conformance_mode mode) {
    const json::value* const given = find_ignoring_case(body, "schemas");
    if (!given || given->is_null())
        return {};
    const auto* const urns = given->if_array();
    const bool is_bulk = urns && std::any_of(urns->begin(), urns->end(), [mode](const json::value& each) {
        return is_message(each, urn::bulk_request, mode);
    });
    if (!is_bulk)
        return error{errc::invalid_syntax, "schemas must hold " + std::string(urn::bulk_request) + "."};
    return {};
}

result<std::size_t> read_errors_max(const json::object& body) {
    const json::value* const given = find_ignoring_case(body, "failOnErrors");
    if (!given || given->is_null())
        return std::size_t{0};
    const std::int64_t* const number = given->if_int64();
    if (!number || *number < 1)
        return error{errc::invalid_value, "failOnErrors must be an integer of at least 1."};
    return static_cast<std::size_t>(*number);
}

// Reads a text member of an operation; empty if it is missing.
result<std::string> read_text(const json::object& operation, std::string_view name) {
    const json::value* const given = find_ignoring_case(operation, name);
    if (!given || given->is_null())
        return std::string();
    const auto* const text = given->if_string();
    if (!text)
        return wrong_kind(name, "a string");
    return std::string(*text);
}

// Reads a text for the response, which is sent whatever else is wrong; empty if it is not a text.
std::string text_or_nothing(const json::object& operation, std::string_view name, std::size_t bytes_max) {
    auto text = read_text(operation, name);
    return text && text->size() <= bytes_max ? std::move(*text) : std::string();
}

std::string in_capitals(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return text;
}

result<bulk_method> read_method(const json::object& operation) {
    const auto text = read_text(operation, "method");
    if (!text)
        return text.error();
    if (text->empty())
        return missing("method");
    for (const auto& [name, method] : methods)
        if (equals_ignoring_case(name, *text))
            return method;
    return error{errc::invalid_value,
            "method must be POST, PUT, PATCH or DELETE, not " + quoted_input(*text) + "."};
}

result<std::string> read_bulk_id(const json::object& operation, bulk_method method) {
    auto text = read_text(operation, "bulkId");
    if (!text)
        return text.error();
    if (text->size() > bulk_id_bytes_max)
        return error{errc::invalid_value,
                "bulkId is longer than " + std::to_string(bulk_id_bytes_max) + " bytes."};
    if (text->empty() && method == bulk_method::post)
        return missing("bulkId");
    return text;
}

result<void> check_id(std::string_view id, bulk_method method) {
    if (method == bulk_method::post) {
        if (id.empty())
            return {};
        return error{errc::invalid_path, "The path of a POST is that of a resource type, as in /Users."};
    }
    const bool is_reference = !reference_in_id(id).empty();
    if (id.empty() || (id.find_first_of("/?#") != std::string_view::npos && !is_reference))
        return error{errc::invalid_path, "The path must be that of one resource, as in /Users/42."};
    return {};
}

// Parses "/Users/42" into type and id.
result<void> read_path(const json::object& operation, const catalogue& types, bulk_demand& made) {
    const auto text = read_text(operation, "path");
    if (!text)
        return text.error();
    if (text->empty())
        return missing("path");
    if (text->size() > bulk_path_bytes_max)
        return error{
                errc::invalid_path, "path is longer than " + std::to_string(bulk_path_bytes_max) + " bytes."};
    std::string_view rest = *text;
    if (rest.starts_with('/'))
        rest.remove_prefix(1);
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    const auto endpoint = rest.substr(0, rest.find('/'));
    if (endpoint == "Bulk")
        return error{errc::invalid_path, "A bulk request cannot hold another."};
    made.type = types.find_endpoint(endpoint);
    if (!made.type)
        return error{errc::not_found, "path: there is no endpoint " + quoted_input(endpoint) + "."};
    made.id = rest.size() > endpoint.size() ? rest.substr(endpoint.size() + 1) : std::string_view();
    return check_id(made.id, made.method);
}

// Reads `data`. An example of RFC 7644 has the list of a PATCH without the message around it (erratum 5050).
result<void> read_data(const json::object& operation, bulk_demand& made) {
    const json::value* const given = find_ignoring_case(operation, "data");
    const bool has_data = given && !given->is_null();
    if (made.method == bulk_method::remove) {
        if (has_data)
            return error{errc::invalid_syntax, "A DELETE has no data."};
        return {};
    }
    if (!has_data)
        return missing("data");
    if (given->is_array() && made.method == bulk_method::patch)
        made.data = json::object{{"Operations", *given}};
    else if (given->is_object())
        made.data = given->get_object();
    else
        return wrong_kind("data", "an object");
    return {};
}

result<bulk_demand> read_demand(const json::object& operation, const catalogue& types) {
    const auto method = read_method(operation);
    if (!method)
        return method.error();
    bulk_demand made;
    made.method = *method;
    if (const auto named = read_bulk_id(operation, made.method); !named)
        return named.error();
    if (auto read = read_path(operation, types, made); !read)
        return read.error();
    auto version = read_text(operation, "version");
    if (!version)
        return version.error();
    made.version = std::move(*version);
    if (auto read = read_data(operation, made); !read)
        return read.error();
    made.references = references_of(made);
    return made;
}

bulk_operation read_operation(const json::value& given, const catalogue& types) {
    const auto* const operation = given.if_object();
    if (!operation)
        return {.method = {}, .path = {}, .bulk_id = {}, .wanted = wrong_kind("An operation", "an object")};
    return {.method = in_capitals(text_or_nothing(*operation, "method", method_bytes_max)),
            .path = text_or_nothing(*operation, "path", bulk_path_bytes_max),
            .bulk_id = text_or_nothing(*operation, "bulkId", bulk_id_bytes_max),
            .wanted = read_demand(*operation, types)};
}

// Requires bulkIds to be unique within a request (RFC 7644 §3.7): a reference to a duplicate would be
// ambiguous.
result<void> check_bulk_ids(const std::vector<bulk_operation>& operations) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        const auto& bulk_id = operations[i].bulk_id;
        if (!bulk_id.empty() && !seen.insert(bulk_id).second)
            return error{errc::invalid_value, "Operations[" + std::to_string(i) +
                                                      "]: another operation has the bulkId " +
                                                      quoted_input(bulk_id) + ", too."};
    }
    return {};
}

// Fails operations with references to bulkIds that no operation creates: these can never be resolved.
void refuse_unknown_references(std::vector<bulk_operation>& operations) {
    std::set<std::string, std::less<>> created;
    for (const auto& each : operations)
        if (each.method == "POST" && !each.bulk_id.empty())
            created.insert(each.bulk_id);
    for (auto& each : operations) {
        if (!each.wanted)
            continue;
        const auto& references = each.wanted->references;
        const auto unknown = std::ranges::find_if(
                references, [&](const std::string& one) { return !created.contains(one); });
        if (unknown != references.end())
            each.wanted = error{errc::invalid_value,
                    "No POST of the request has the bulkId " + quoted_input(*unknown) + "."};
    }
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty())
        return;
    append_quoted(out, name);
    out += ':';
    append_quoted(out, value);
    out += ',';
}

void append_result(std::string& out, const bulk_result& one) {
    out += '{';
    append_member(out, "location", one.location);
    append_member(out, "method", one.method);
    append_member(out, "bulkId", one.bulk_id);
    append_member(out, "version", one.version);
    if (one.failure)
        out.append(R"("response":)").append(error_message(*one.failure)).append(",");
    out.append(R"("status":")").append(std::to_string(one.status)).append("\"}");
}

}  // namespace

result<bulk_request> parse_bulk(const json::object& body, const catalogue& types,
        std::string_view too_large_detail, conformance_mode mode) {
    if (auto checked = check_bulk_schemas(body, mode); !checked)
        return checked.error();
    const auto errors_max = read_errors_max(body);
    if (!errors_max)
        return errors_max.error();
    const json::value* const given = find_ignoring_case(body, "Operations");
    const auto* const operations = given ? given->if_array() : nullptr;
    if (!operations || operations->empty())
        return error{errc::invalid_syntax, "Operations must be an array of at least one operation."};
    if (operations->size() > bulk_operations_max)
        return error{errc::too_large, std::string(too_large_detail)};

    bulk_request made{.errors_max = *errors_max, .operations = {}};
    made.operations.reserve(operations->size());
    for (const json::value& each : *operations)
        made.operations.push_back(read_operation(each, types));
    if (auto checked = check_bulk_ids(made.operations); !checked)
        return checked.error();
    refuse_unknown_references(made.operations);
    return made;
}

std::string bulk_too_large(std::size_t payload_bytes_max) {
    return "A bulk request has at most " + std::to_string(bulk_operations_max) +
           " operations (maxOperations) in at most " + std::to_string(payload_bytes_max) +
           " bytes (maxPayloadSize).";
}

std::string bulk_message(std::span<const std::optional<bulk_result>> results) {
    std::string out = R"({"schemas":[)";
    append_quoted(out, urn::bulk_response);
    out += R"(],"Operations":[)";
    bool is_first = true;
    for (const auto& one : results) {
        if (!one)
            continue;
        if (!is_first)
            out += ',';
        is_first = false;
        append_result(out, *one);
    }
    return out += "]}";
}

}  // namespace scimd::scim
