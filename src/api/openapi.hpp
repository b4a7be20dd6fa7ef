// The API's description (schema/openapi.yaml) as what request bodies are held against, so that what is
// described is what is taken: no handler need ask whether a member is known, of the right kind and within its
// bounds.
//
// Of JSON Schema it knows $ref within the document, type, enum, required, properties, additionalProperties,
// items, and the bounds of lengths, numbers and counts; what else a schema says is the handler's to judge. A
// member that is null is taken as absent, as Protocol Buffers' JSON has it. Immutable; any thread.
#pragma once

#include "api/target.hpp"
#include "base/error.hpp"
#include "base/json/json.hpp"

#include <string>
#include <string_view>

namespace scimd::api {

class openapi_description {
public:
    explicit openapi_description(std::string_view openapi_json);

    // The schema of that route's JSON body; nullptr: none is described. `path` is the template.
    [[nodiscard]] const json::object* body_schema(std::string_view method, std::string_view path) const;

    // invalid_value: the first parameter of the query that is not as described. Those that are not described
    // are passed over, as Scalekit does.
    // A whole number that is written with a fraction of zeros is written without.
    [[nodiscard]] result<void> check_query(std::string_view method, std::string_view path, target& where)
        const;

    // A schema itself, or that which it refers to.
    [[nodiscard]] const json::object& resolved(const json::object& schema) const;

    // invalid_value: the first thing that is wrong with the body, by the member's path: "metadata.key".
    [[nodiscard]] result<void> check(const json::object& schema, const json::value& body) const;

private:
    [[nodiscard]] const json::object* operation(std::string_view method, std::string_view path) const;

    json::object document_;
};

// JSON Schema takes 35.0 for an integer: makes it 35, at any depth. Whether anything has changed.
bool write_whole_numbers(json::value& value);

// That which is linked into the binary.
const openapi_description& served_description();
std::string_view served_description_text();

}  // namespace scimd::api
