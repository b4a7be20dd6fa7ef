#include "variables.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>
#include <vector>

namespace conformance {
namespace {

struct placeholder {
    std::string name;
    std::string form;
};

// Calls back with each piece of plain text and each placeholder, in order.
void scan(std::string_view text, const std::function<void(std::string_view)>& on_text,
        const std::function<void(const placeholder&)>& on_placeholder) {
    while (true) {
        const auto begin = text.find("{{");
        const auto end = begin == std::string_view::npos ? std::string_view::npos : text.find("}}", begin);
        if (end == std::string_view::npos)
            return on_text(text);
        on_text(text.substr(0, begin));
        const auto inside = text.substr(begin + 2, end - begin - 2);
        const auto bar = inside.find('|');
        on_placeholder({std::string(inside.substr(0, bar)),
                bar == std::string_view::npos ? std::string() : std::string(inside.substr(bar + 1))});
        text.remove_prefix(end + 2);
    }
}

std::string map_characters(std::string text, int (*change)(int)) {
    std::transform(text.begin(), text.end(), text.begin(),
            [change](unsigned char c) { return static_cast<char>(change(c)); });
    return text;
}

std::string render(const placeholder& wanted, const variables& known) {
    const auto found = known.find(wanted.name);
    if (found == known.end())
        throw unknown_variable(wanted.name);
    const json::value& value = found->second;
    std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    if (wanted.form.empty())
        return text;
    if (wanted.form == "url")
        return percent_encode(text);
    if (wanted.form == "upper")
        return map_characters(std::move(text), std::toupper);
    if (wanted.form == "lower")
        return map_characters(std::move(text), std::tolower);
    throw unknown_variable(wanted.name + '|' + wanted.form);
}

// Returns the name if the text consists of one placeholder without form.
std::optional<std::string> sole_name(std::string_view text) {
    bool is_sole = true;
    std::vector<placeholder> all;
    scan(
            text, [&](std::string_view plain) { is_sole = is_sole && plain.empty(); },
            [&](const placeholder& found) { all.push_back(found); });
    if (!is_sole || all.size() != 1 || !all.front().form.empty())
        return std::nullopt;
    return all.front().name;
}

json::value substitute_string(std::string_view text, const variables& known) {
    if (const auto name = sole_name(text)) {
        const auto found = known.find(*name);
        if (found == known.end())
            throw unknown_variable(*name);
        return found->second;
    }
    return json::value(substitute_text(text, known));
}

}  // namespace

std::string substitute_text(std::string_view text, const variables& known) {
    std::string out;
    scan(
            text, [&](std::string_view plain) { out += plain; },
            [&](const placeholder& wanted) { out += render(wanted, known); });
    return out;
}

json::value substitute(const json::value& document, const variables& known) {
    if (const auto* text = document.if_string())
        return substitute_string(*text, known);
    if (const auto* list = document.if_array()) {
        json::array out;
        for (const auto& element : *list)
            out.push_back(substitute(element, known));
        return out;
    }
    if (const auto* object = document.if_object()) {
        json::object out;
        for (const auto& [name, value] : *object)
            out.emplace(name, substitute(value, known));
        return out;
    }
    return document;
}

void collect_names(const json::value& document, std::set<std::string>& names) {
    if (const auto* text = document.if_string())
        scan(*text, [](std::string_view) {}, [&](const placeholder& found) { names.insert(found.name); });
    if (const auto* list = document.if_array())
        for (const auto& element : *list)
            collect_names(element, names);
    if (const auto* object = document.if_object())
        for (const auto& member : *object)
            collect_names(member.value(), names);
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    static constexpr std::string_view unreserved = "-._~";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || unreserved.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

}  // namespace conformance
