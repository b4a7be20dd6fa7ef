// The served description of the API, for tests that go through its bodies.
#pragma once

#include "base/json/json.hpp"

#include <string_view>

namespace scimd::test {

// Immutable; any thread.
class openapi_description {
public:
    explicit openapi_description(std::string_view openapi_json);

    // The schema of the JSON body of a route; nullptr: none is described. `path` is the template.
    [[nodiscard]] const json::object* body_schema(std::string_view method, std::string_view path) const;

    // A schema itself, or the one that it refers to.
    [[nodiscard]] const json::object& resolved(const json::object& schema) const;

private:
    json::object document_;
};

const openapi_description& served_description();

}  // namespace scimd::test
