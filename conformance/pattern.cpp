#include "pattern.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <regex>

namespace conformance {
namespace {

constexpr std::size_t excerpt_bytes_max = 300;

constexpr std::array operators{"$absent", "$all", "$any", "$contains", "$each", "$equals", "$ge", "$le",
        "$not", "$regex", "$size", "$type", "$unordered"};

bool is_operator(std::string_view name) {
    return std::find(operators.begin(), operators.end(), name) != operators.end();
}

// True for an object of operators. Only the names above count, because "$ref" is an attribute of SCIM.
bool is_operation(const json::object& pattern) {
    return !pattern.empty() && is_operator(pattern.begin()->key());
}

std::string kind_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "boolean";
        case json::kind::string:
            return "string";
        case json::kind::array:
            return "array";
        case json::kind::object:
            return "object";
        default:
            return "number";
    }
}

std::string text_of(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

using mismatches = std::vector<mismatch>;

mismatches differs(const std::string& where, std::string expected, const json::value* actual) {
    return {{where, std::move(expected), actual ? excerpt(*actual) : "absent"}};
}

bool matches(const json::value& pattern, const json::value* actual) {
    return match(pattern, actual, {}).empty();
}

// Assigns an element to `pattern`, reassigning others if necessary (bipartite matching by augmenting paths).
bool assign(std::size_t pattern, const std::vector<std::vector<bool>>& fits, std::vector<bool>& is_seen,
        std::vector<std::optional<std::size_t>>& owner) {
    for (std::size_t element = 0; element < owner.size(); ++element) {
        if (!fits[pattern][element] || is_seen[element])
            continue;
        is_seen[element] = true;
        const auto holder = owner[element];
        if (holder && !assign(*holder, fits, is_seen, owner))
            continue;
        owner[element] = pattern;
        return true;
    }
    return false;
}

// Matches each pattern with an element of its own; further elements are ignored.
mismatches match_some(const json::array& patterns, const json::array& actual, const std::string& where) {
    std::vector<std::vector<bool>> fits;
    for (const auto& pattern : patterns) {
        auto& row = fits.emplace_back();
        for (const auto& element : actual)
            row.push_back(matches(pattern, &element));
    }
    std::vector<std::optional<std::size_t>> owner(actual.size());
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        std::vector<bool> is_seen(actual.size());
        if (!assign(i, fits, is_seen, owner))
            return {{where, "an element like " + excerpt(patterns[i]), excerpt(json::value(actual))}};
    }
    return {};
}

mismatches match_elements(const json::array& patterns, const json::array& actual, const std::string& where) {
    if (patterns.size() != actual.size())
        return {{where, std::to_string(patterns.size()) + " elements: " + excerpt(json::value(patterns)),
                std::to_string(actual.size()) + " elements: " + excerpt(json::value(actual))}};
    mismatches out;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        auto found = match(patterns[i], &actual[i], where + '[' + std::to_string(i) + ']');
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

mismatches match_members(const json::object& pattern, const json::object& actual, const std::string& where) {
    mismatches out;
    for (const auto& [name, value] : pattern) {
        auto found = match(value, actual.if_contains(name), where + '/' + std::string(name));
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

mismatches match_scalar(const json::value& pattern, const json::value* actual, const std::string& where) {
    if (actual && pattern.is_number() && actual->is_number() &&
            pattern.to_number<double>() == actual->to_number<double>())
        return {};
    if (actual && *actual == pattern)
        return {};
    return differs(where, excerpt(pattern), actual);
}

mismatches match_bound(std::string_view name, const json::value& operand, const json::value* actual,
        const std::string& where) {
    const bool is_least = name == "$ge";
    const std::string expected = (is_least ? "at least " : "at most ") + excerpt(operand);
    if (!actual || !actual->is_number())
        return differs(where, expected, actual);
    const double value = actual->to_number<double>();
    const double bound = operand.to_number<double>();
    return (is_least ? value >= bound : value <= bound) ? mismatches{} : differs(where, expected, actual);
}

mismatches match_list(std::string_view name, const json::value& operand, const json::value* actual,
        const std::string& where) {
    if (!actual || !actual->is_array())
        return differs(where, "an array", actual);
    const auto& elements = actual->get_array();
    if (name == "$size" && elements.size() != operand.to_number<std::size_t>())
        return differs(where, excerpt(operand) + " elements", actual);
    if (name == "$unordered" && elements.size() != operand.get_array().size())
        return differs(where, "in any order " + excerpt(operand), actual);
    if (name == "$unordered" || name == "$contains")
        return match_some(operand.get_array(), elements, where);
    if (name == "$each")
        return match_elements(json::array(elements.size(), operand), elements, where);
    return {};
}

mismatches match_any(const json::array& patterns, const json::value* actual, const std::string& where) {
    const auto fits = [&](const json::value& pattern) { return matches(pattern, actual); };
    if (std::any_of(patterns.begin(), patterns.end(), fits))
        return {};
    return differs(where, "one of " + excerpt(json::value(patterns)), actual);
}

mismatches match_all(const json::array& patterns, const json::value* actual, const std::string& where) {
    mismatches out;
    for (const auto& pattern : patterns) {
        auto found = match(pattern, actual, where);
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

mismatches apply(std::string_view name, const json::value& operand, const json::value* actual,
        const std::string& where) {
    if (name == "$absent")
        return operand.get_bool() == (actual == nullptr)
                       ? mismatches{}
                       : differs(where, operand.get_bool() ? "absent" : "a value", actual);
    if (name == "$not")
        return matches(operand, actual) ? differs(where, "not " + excerpt(operand), actual) : mismatches{};
    if (name == "$any")
        return match_any(operand.get_array(), actual, where);
    if (name == "$all")
        return match_all(operand.get_array(), actual, where);
    if (name == "$equals")
        return actual && *actual == operand ? mismatches{}
                                            : differs(where, "exactly " + excerpt(operand), actual);
    if (name == "$type")
        return actual && kind_of(*actual) == text_of(operand)
                       ? mismatches{}
                       : differs(where, "a value of type " + text_of(operand), actual);
    if (name == "$regex") {
        const std::regex expression(text_of(operand));
        return actual && actual->is_string() && std::regex_search(text_of(*actual), expression)
                       ? mismatches{}
                       : differs(where, "text like " + text_of(operand), actual);
    }
    if (name == "$ge" || name == "$le")
        return match_bound(name, operand, actual, where);
    return match_list(name, operand, actual, where);
}

std::optional<std::string> find_regex_defect(const json::value& operand) {
    if (!operand.is_string())
        return "$regex wants text";
    // Variables have no value yet.
    const std::string text = std::regex_replace(text_of(operand), std::regex(R"(\{\{[^}]*\}\})"), "x");
    try {
        std::regex{text};
    } catch (const std::regex_error& failure) {
        return "$regex: " + std::string(failure.what());
    }
    return std::nullopt;
}

std::optional<std::string> find_defect_in_all(const json::array& patterns) {
    for (const auto& pattern : patterns)
        if (auto defect = find_defect(pattern))
            return defect;
    return std::nullopt;
}

std::optional<std::string> find_operand_defect(std::string_view name, const json::value& operand) {
    static constexpr std::array types{"string", "number", "boolean", "array", "object"};
    if (name == "$regex")
        return find_regex_defect(operand);
    if (name == "$absent")
        return operand.is_bool() ? std::nullopt : std::optional<std::string>("$absent wants true or false");
    if (name == "$type")
        return std::find(types.begin(), types.end(), text_of(operand)) != types.end()
                       ? std::nullopt
                       : std::optional<std::string>("$type knows no " + excerpt(operand));
    if (name == "$size" || name == "$ge" || name == "$le")
        return operand.is_number() ? std::nullopt
                                   : std::optional<std::string>(std::string(name) + " wants a number");
    if (name == "$not" || name == "$each")
        return find_defect(operand);
    if (name == "$equals")
        return std::nullopt;
    if (!operand.is_array())
        return std::string(name) + " wants a list of patterns";
    return find_defect_in_all(operand.get_array());
}

std::vector<std::string> split_pointer(std::string_view path) {
    std::vector<std::string> tokens;
    for (const char c : path)
        if (c == '/')
            tokens.emplace_back();
        else
            tokens.back() += c;
    for (auto& token : tokens) {
        token = std::regex_replace(token, std::regex("~1"), "/");
        token = std::regex_replace(token, std::regex("~0"), "~");
    }
    return tokens;
}

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> tokens(path.empty() ? 0 : 1);
    for (const char c : path)
        if (c == '.' || c == '[')
            tokens.emplace_back();
        else if (c != ']')
            tokens.back() += c;
    return tokens;
}

const json::value* step_into(const json::value& parent, const std::string& token) {
    if (const auto* object = parent.if_object())
        return object->if_contains(token);
    const auto* array = parent.if_array();
    std::size_t index = 0;
    const auto parsed = std::from_chars(token.data(), token.data() + token.size(), index);
    const bool is_index = parsed.ec == std::errc{} && parsed.ptr == token.data() + token.size();
    return array && is_index ? array->if_contains(index) : nullptr;
}

}  // namespace

std::optional<std::string> find_defect(const json::value& pattern) {
    if (const auto* list = pattern.if_array())
        return find_defect_in_all(*list);
    const auto* object = pattern.if_object();
    if (!object)
        return std::nullopt;
    const bool is_made_of_operators = is_operation(*object);
    for (const auto& [name, value] : *object) {
        const std::string text(name);
        if (is_operator(text) != is_made_of_operators)
            return "operators and members stand side by side at " + text;
        if (text.starts_with('$') && !is_made_of_operators && text != "$ref")
            return "there is no operator " + text;
        if (auto defect = is_made_of_operators ? find_operand_defect(text, value) : find_defect(value))
            return defect;
    }
    return std::nullopt;
}

std::vector<mismatch> match(const json::value& pattern, const json::value* actual, const std::string& where) {
    if (const auto* list = pattern.if_array())
        return actual && actual->is_array() ? match_elements(*list, actual->get_array(), where)
                                            : differs(where, excerpt(pattern), actual);
    const auto* object = pattern.if_object();
    if (!object)
        return match_scalar(pattern, actual, where);
    if (!is_operation(*object))
        return actual && actual->is_object() ? match_members(*object, actual->get_object(), where)
                                             : differs(where, excerpt(pattern), actual);
    mismatches out;
    for (const auto& [name, operand] : *object) {
        auto found = apply(name, operand, actual, where);
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

const json::value* find(const json::value& document, std::string_view path) {
    const auto tokens = path.starts_with('/') ? split_pointer(path) : split_path(path);
    const json::value* at = &document;
    for (const auto& token : tokens) {
        at = step_into(*at, token);
        if (!at)
            return nullptr;
    }
    return at;
}

std::string excerpt(const json::value& value) {
    return excerpt(json::serialize(value));
}

std::string excerpt(std::string text) {
    if (text.size() > excerpt_bytes_max) {
        std::size_t end = excerpt_bytes_max;
        while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)  // do not cut a character
            --end;
        text.resize(end);
        text += "...";
    }
    return text;
}

}  // namespace conformance
