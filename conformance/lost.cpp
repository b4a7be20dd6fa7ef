#include "lost.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace conformance {
namespace {

using objects = std::vector<const json::object*>;

bool is_same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
            [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// True for values that mean unassigned (RFC 7643 §2.5).
bool is_unassigned(const json::value& value) {
    if (const auto* text = value.if_string())
        return text->empty();
    if (const auto* list = value.if_array())
        return std::ranges::all_of(*list, is_unassigned);
    if (const auto* object = value.if_object())
        return std::ranges::all_of(*object, [](const auto& member) { return is_unassigned(member.value()); });
    return value.is_null();
}

// Collects the objects in a value: itself, or the elements of a list.
void collect(objects& found, const json::value& value) {
    if (const auto* object = value.if_object())
        found.push_back(object);
    if (const auto* list = value.if_array())
        for (const auto& element : *list)
            if (const auto* object = element.if_object())
                found.push_back(object);
}

// Returns all values of that name.
std::vector<const json::value*> values_of(const objects& holders, std::string_view name) {
    std::vector<const json::value*> found;
    for (const auto* holder : holders)
        for (const auto& member : *holder)
            if (is_same_name(member.key(), name))
                found.push_back(&member.value());
    return found;
}

bool is_server_s(std::string_view name, bool is_top) {
    static constexpr std::array<std::string_view, 4> names = {"schemas", "id", "meta", "password"};
    const auto is_name = [name](std::string_view each) { return is_same_name(each, name); };
    return is_top ? std::ranges::any_of(names, is_name) : is_name("schemas");
}

void note(std::vector<std::string>& lost, std::string name) {
    if (std::ranges::find(lost, name) == lost.end())
        lost.push_back(std::move(name));
}

// Resources have at most three levels: an extension, its attribute, and a sub-attribute.
constexpr int depth_max = 3;

// NOLINTNEXTLINE(misc-no-recursion): no deeper than depth_max
void compare(std::vector<std::string>& lost, const objects& sent, const objects& answer,
        const std::string& prefix, int depth) {
    for (const auto* holder : sent)
        for (const auto& member : *holder) {
            const std::string_view name = member.key();
            if (is_unassigned(member.value()) || is_server_s(name, depth == 0))
                continue;
            const auto back = values_of(answer, name);
            if (back.empty()) {
                note(lost, prefix + std::string(name));
                continue;
            }
            objects parts;
            collect(parts, member.value());
            objects parts_back;
            for (const auto* value : back)
                collect(parts_back, *value);
            const bool is_extension = name.find(':') != std::string_view::npos;
            if (!parts.empty() && depth < depth_max)
                compare(lost, parts, parts_back, prefix + std::string(name) + (is_extension ? ":" : "."),
                        depth + 1);
        }
}

}  // namespace

std::vector<std::string> lost_attributes(const json::object& sent, const json::object& answer) {
    std::vector<std::string> lost;
    compare(lost, {&sent}, {&answer}, "", 0);
    std::ranges::sort(lost);
    return lost;
}

}  // namespace conformance
