#include "scim/patch/patch_path.hpp"

#include "base/text.hpp"
#include "scim/filter/quotation.hpp"
#include "scim/quoted_input.hpp"
#include "scim/resource.hpp"
#include "scim/schema/legacy_names.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace scimd::scim {

namespace {

constexpr std::uint64_t path_byte_steps = 50;  // to look up names and to parse a filter

error bad_path(std::string_view text, std::string_view reason) {
    return {errc::invalid_path, quoted_input(text) + " " + std::string(reason)};
}

result<patch_target> parse_value_path(
        std::string_view text, std::size_t open, const resource_type& type, conformance_mode mode) {
    const auto close = closing_bracket(text, open);
    if (close == std::string_view::npos)
        return bad_path(text, "has no closing bracket.");
    auto list = parse_path(trim(text.substr(0, open)), type);
    if (!list)
        return list.error();
    // Entra removes `manager[value eq "7"]`: a single complex value is treated as a list of one.
    const bool is_list = list->attribute->is_multi_valued;
    const bool is_list_of_one = list->attribute->is_complex() && mode != conformance_mode::strict;
    if (list->sub_attribute || !(is_list || is_list_of_one))
        return bad_path(text, "filters an attribute that is not multi-valued.");
    auto where = parse_value_filter(text.substr(open + 1, close - open - 1), *list, mode);
    if (!where)
        return where.error();

    patch_target target{.attribute = *list, .where = std::move(*where)};
    const std::string_view rest = trim(text.substr(close + 1));
    if (rest.empty())
        return target;
    if (rest.front() == '.')
        target.attribute.sub_attribute = find_sub_attribute(*list->attribute, rest.substr(1));
    if (!target.attribute.sub_attribute)
        return bad_path(text, "does not end in a sub-attribute.");
    return target;
}

constexpr bool is_name_character(char c) noexcept {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '$';
}

bool is_attribute_name(std::string_view text) noexcept {
    return !text.empty() && !is_digit(text.front()) && std::ranges::all_of(text, is_name_character);
}

// True for an attribute name, optionally with a sub-attribute (RFC 7644 Figure 1). After a URN any such word
// is accepted, because the URN of an unknown schema may stand alone.
bool is_attribute_path(std::string_view text) noexcept {
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        const bool is_uri = std::ranges::all_of(text.substr(0, colon), [](char c) {
            return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '[' && c != ']' && c != ',';
        });
        const auto rest = text.substr(colon + 1);
        return is_uri && colon > 0 && !rest.empty() &&
               std::ranges::all_of(rest, [](char c) { return is_name_character(c) || c == '.'; });
    }
    const auto dot = text.find('.');
    if (dot == std::string_view::npos)
        return is_attribute_name(text);
    return is_attribute_name(text.substr(0, dot)) && is_attribute_name(text.substr(dot + 1));
}

bool names_unknown_part(
        std::string_view condition, std::string_view rest, const path& list, const resource_type& type) {
    if (is_kept_apart(type, *list.attribute) || list.sub_attribute || !list.attribute->is_complex())
        return false;
    if (has_unknown_sub_attribute(condition, list))
        return true;
    return !rest.empty() && parse_value_filter(condition, list, conformance_mode::compat);
}

}  // namespace

bool names_unknown_attribute(std::string_view text, const resource_type& type, work_budget& work) {
    work.charge((text.size() + 1) * path_byte_steps);
    const auto open = text.find('[');
    if (open == std::string_view::npos)
        return is_attribute_path(text) && !type.find_schema(text);
    const auto close = closing_bracket(text, open);
    const auto head = trim(text.substr(0, open));
    if (close == std::string_view::npos || !is_attribute_path(head))
        return false;
    const auto rest = trim(text.substr(close + 1));
    if (!rest.empty() && !(rest.front() == '.' && is_attribute_name(rest.substr(1))))
        return false;
    const auto condition = text.substr(open + 1, close - open - 1);
    if (const auto list = parse_path(head, type))
        return names_unknown_part(condition, rest, *list, type);
    return !trim(condition).empty() && !type.find_schema(head);
}

result<patch_target> parse_target(
        std::string_view text, const resource_type& type, conformance_mode mode, work_budget& work) {
    work.charge((text.size() + 1) * path_byte_steps);
    if (const auto open = text.find('['); open != std::string_view::npos)
        return parse_value_path(text, open, type, mode);
    auto plain = parse_path(text, type);
    if (!plain)
        return plain.error();
    return patch_target{.attribute = *plain, .where = {}};
}

}  // namespace scimd::scim
