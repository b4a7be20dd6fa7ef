#include "scim/schema/hidden_attributes.hpp"

#include <cstdint>
#include <string>

namespace scimd::scim {

namespace {

// True for the URN of a schema that the type does not have. Attribute names contain no colon, URNs do.
bool is_hidden(std::string_view name, const resource_type& type) {
    return name.find(':') != std::string_view::npos && !type.find_schema(name);
}

}  // namespace

// Compares texts: a canonical document begins with its schemas, and URNs contain nothing that JSON escapes.
bool is_visible_as_stored(std::string_view text, const resource_type& type) noexcept {
    constexpr std::string_view start = R"({"schemas":[)";
    if (!text.starts_with(start))
        return false;
    text.remove_prefix(start.size());
    while (text.starts_with('"')) {
        const auto end = text.find('"', 1);
        if (end == std::string_view::npos)
            return false;
        const schema* const definition = type.find_schema(text.substr(1, end - 1));
        if (!definition || !definition->is_built_in)
            return false;
        text.remove_prefix(end + 1);
        if (text.starts_with(','))
            text.remove_prefix(1);
    }
    return text.starts_with(']');
}

json::object take_hidden(json::object& document, const resource_type& type) {
    json::object hidden;
    for (auto member = document.begin(); member != document.end();) {
        if (!is_hidden(member->key(), type)) {
            ++member;
            continue;
        }
        hidden.emplace(member->key(), std::move(member->value()));
        member = document.stable_erase(member);
    }
    if (hidden.empty())
        return hidden;
    json::array urns;
    for (const json::value& urn : document["schemas"].as_array())
        if (!is_hidden(urn.get_string(), type))
            urns.push_back(urn);
    document["schemas"] = std::move(urns);
    return hidden;
}

json::object visible_document(std::string_view stored, const resource_type& type) {
    auto document = parse_json_object(stored, {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
    take_hidden(document, type);
    return document;
}

void put_back(json::object& document, const json::object& hidden) {
    for (const auto& member : hidden) {
        document[member.key()] = member.value();
        document["schemas"].as_array().emplace_back(member.key());
    }
}

}  // namespace scimd::scim
