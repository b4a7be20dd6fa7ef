#include "support/openapi_description.hpp"

#include "api/openapi.hpp"
#include "base/text.hpp"

#include <cstdint>

namespace scimd::test {

openapi_description::openapi_description(std::string_view openapi_json)
        : document_(parse_json_object(openapi_json, {.depth_max = 64, .nodes_max = SIZE_MAX}).value()) {}

const json::object* openapi_description::body_schema(std::string_view method, std::string_view path) const {
    const auto* at = find_object(document_.at("paths").as_object(), path);
    const auto name = to_lower_ascii(method);
    for (const std::string_view step :
            {std::string_view(name), std::string_view("requestBody"), std::string_view("content"),
                    std::string_view("application/json"), std::string_view("schema")})
        at = at ? find_object(*at, step) : nullptr;
    return at;
}

const json::object& openapi_description::resolved(const json::object& schema) const {
    // "This or null" is this: null is absence.
    if (const auto* choices = find_array(schema, "anyOf"))
        return resolved(choices->front().as_object());
    const auto* reference = find_string(schema, "$ref");
    if (!reference)
        return schema;
    const json::object* at = &document_;
    for (const auto step : split(std::string_view(*reference).substr(2), '/'))
        at = &at->at(step).as_object();
    return *at;
}

const openapi_description& served_description() {
    static const openapi_description served(api::served_description_text());
    return served;
}

}  // namespace scimd::test
