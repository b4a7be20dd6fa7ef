#include "support/response_check.hpp"

#include "api/openapi.hpp"
#include "api/pipeline.hpp"
#include "api/target.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <regex>
#include <string>
#include <string_view>

namespace scimd::test {
namespace {

// Keywords that do not restrict a value.
constexpr std::array ignored_keywords{"description", "default", "propertyNames"};

// Compiles each pattern once: that takes longer than most requests.
const std::regex& pattern_of(std::string_view text) {
    thread_local std::map<std::string, std::regex, std::less<>> known;
    auto found = known.find(text);
    if (found == known.end())
        found = known.emplace(text, std::regex(text.begin(), text.end())).first;
    return found->second;
}

std::string kind_of(const json::value& value) {
    if (value.is_object())
        return "object";
    if (value.is_array())
        return "array";
    if (value.is_string())
        return "string";
    if (value.is_bool())
        return "boolean";
    if (value.is_null())
        return "null";
    return value.is_double() ? "number" : "integer";
}

// Checks one value against a schema. One thread.
class checker {
public:
    explicit checker(const json::object& document) : document_(document) {}

    // Recursion is bounded by the depth of the schema.
    void check(const json::value& given, const json::value& value, const std::string& at) {
        const auto& schema = resolved(given.as_object());
        for (const auto& [keyword, rule] : schema)
            apply(keyword, rule, schema, value, at);
    }

    std::vector<std::string> faults;

private:
    const json::object& resolved(const json::object& schema) const {
        const auto* reference = find_string(schema, "$ref");
        if (!reference)
            return schema;
        const json::object* found = &document_;
        for (const auto step : split(std::string_view(*reference).substr(2), '/'))
            found = &found->at(step).as_object();
        return *found;
    }

    void apply(std::string_view keyword, const json::value& rule, const json::object& schema,
            const json::value& value, const std::string& at) {
        if (std::ranges::find(ignored_keywords, keyword) != ignored_keywords.end())
            return;
        if (keyword == "type")
            check_type(rule, value, at);
        else if (keyword == "enum")
            expect(std::ranges::find(rule.as_array(), value) != rule.as_array().end(), at,
                    "is none of its words");
        else if (keyword == "pattern" || keyword == "format" || keyword == "minLength" ||
                 keyword == "maxLength")
            check_text(keyword, rule, value, at);
        else if (keyword == "minimum" || keyword == "maximum")
            check_number(keyword == "minimum", rule, value, at);
        else if (keyword == "items" || keyword == "minItems" || keyword == "maxItems")
            check_list(keyword, rule, value, at);
        else if (keyword == "required" || keyword == "properties" || keyword == "maxProperties")
            check_members(keyword, rule, value, at);
        else if (keyword == "additionalProperties")
            check_others(rule, schema, value, at);
        else
            expect(false, at, "is described by the unknown word " + std::string(keyword));
    }

    void expect(bool is_so, const std::string& at, const std::string& fault) {
        if (!is_so)
            faults.push_back((at.empty() ? "the body" : at.substr(1)) + ' ' + fault);
    }

    void check_type(const json::value& rule, const json::value& value, const std::string& at) {
        const auto kind = kind_of(value);
        const auto wanted = rule.is_array() ? rule.as_array() : json::array{rule};
        const bool is_one = std::ranges::any_of(wanted, [&](const json::value& one) {
            return one.as_string() == kind || (one.as_string() == "number" && kind == "integer");
        });
        expect(is_one, at, "is of type " + kind);
    }

    void check_text(std::string_view keyword, const json::value& rule, const json::value& value,
            const std::string& at) {
        if (!value.is_string())
            return;
        const std::string text(value.get_string());
        const auto characters = std::ranges::count_if(
                text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
        if (keyword == "pattern")
            expect(std::regex_search(text, pattern_of(rule.as_string())), at, "has another pattern");
        else if (keyword == "minLength")
            expect(characters >= rule.as_int64(), at, "is too short");
        else if (keyword == "maxLength")
            expect(characters <= rule.as_int64(), at, "is too long");
        else if (rule.as_string() == "date-time")
            expect(parse_rfc3339(text).has_value(), at, "is no time");
        else
            expect(rule.as_string() == "uri" && text.find("://") != std::string::npos, at, "is no URL");
    }

    void check_number(
            bool is_least, const json::value& rule, const json::value& value, const std::string& at) {
        if (value.is_int64())
            expect(is_least ? value.get_int64() >= rule.as_int64() : value.get_int64() <= rule.as_int64(), at,
                    "is out of its range");
    }

    void check_list(std::string_view keyword, const json::value& rule, const json::value& value,
            const std::string& at) {
        if (!value.is_array())
            return;
        const auto& list = value.get_array();
        const auto count = static_cast<std::int64_t>(list.size());
        if (keyword == "minItems")
            return expect(count >= rule.as_int64(), at, "has too few elements");
        if (keyword == "maxItems")
            return expect(count <= rule.as_int64(), at, "has too many elements");
        for (const auto& element : list)
            check(rule, element, at + "[]");
    }

    void check_members(std::string_view keyword, const json::value& rule, const json::value& value,
            const std::string& at) {
        if (!value.is_object())
            return;
        const auto& object = value.get_object();
        if (keyword == "maxProperties")
            return expect(
                    static_cast<std::int64_t>(object.size()) <= rule.as_int64(), at, "has too many members");
        if (keyword == "required") {
            for (const auto& name : rule.as_array())
                expect(object.contains(name.as_string()), at + '.' + name.as_string().c_str(), "is missing");
            return;
        }
        for (const auto& [name, described] : rule.as_object())
            if (const auto* member = find(object, name))
                check(described, *member, at + '.' + std::string(name));
    }

    void check_others(const json::value& rule, const json::object& schema, const json::value& value,
            const std::string& at) {
        const auto* known = find_object(schema, "properties");
        if (!value.is_object() || (rule.is_bool() && rule.get_bool()))
            return;
        for (const auto& [name, member] : value.get_object()) {
            if (known && known->contains(name))
                continue;
            const auto path = at + '.' + std::string(name);
            if (rule.is_object())
                check(rule, member, path);
            else
                expect(false, path, "is not described");
        }
    }

    const json::object& document_;
};

const json::object& served_document() {
    static const json::object document =
            parse_json_object(api::served_description_text(), {.nodes_max = SIZE_MAX}).value();
    return document;
}

// The description of the response with that status; nullptr: there is none.
const json::object* described_response(std::string_view method, std::string_view path, int status) {
    const auto& document = served_document();
    const auto* item = find_object(document.at("paths").as_object(), path);
    const auto* operation = item ? find_object(*item, to_lower_ascii(method)) : nullptr;
    const auto* answers = operation ? find_object(*operation, "responses") : nullptr;
    const auto* answer = answers ? find_object(*answers, std::to_string(status)) : nullptr;
    if (const auto* reference = answer ? find_string(*answer, "$ref") : nullptr) {
        const std::string_view name = *reference;
        return &document.at("components").at("responses").at(name.substr(name.rfind('/') + 1)).as_object();
    }
    return answer;
}

}  // namespace

std::vector<std::string> schema_faults(
        const json::object& document, const json::value& schema, const json::value& value) {
    checker one(document);
    one.check(schema, value, "");
    return std::move(one.faults);
}

std::vector<std::string> response_faults(
        std::string_view method, std::string_view target, int status, std::string_view body) {
    const auto where = api::parse_target(std::string(target));
    if (!where)
        return {};
    const auto found = api::find_route(api::routes(), method, *where);
    if (!found.row || api::is_of_scim(found.row->who))
        return {};
    const auto* answer = described_response(found.row->method, found.row->path, status);
    if (!answer)
        return {"the status " + std::to_string(status) + " is not described"};
    const auto* content = find_object(*answer, "content");
    const auto* json_content = content ? find_object(*content, "application/json") : nullptr;
    if (!json_content)
        return {};
    const auto value = parse_json(body, {.nodes_max = SIZE_MAX});
    if (!value)
        return {"the body is no JSON"};
    return schema_faults(served_document(), json_content->at("schema"), *value);
}

}  // namespace scimd::test
