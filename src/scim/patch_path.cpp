#include "scim/patch_path.hpp"

#include "base/text.hpp"
#include "scim/excerpt.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace scimd::scim {

namespace {

constexpr std::uint64_t path_byte_steps = 50;  // to look up names and parse a filter

// Where the bracket at `open` is closed; one inside a quoted literal closes nothing.
std::size_t closing_bracket(std::string_view text, std::size_t open) noexcept
{
    bool is_quoted = false;
    for (std::size_t i = open + 1; i < text.size(); ++i)
        if (is_quoted && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            is_quoted = !is_quoted;
        else if (text[i] == ']' && !is_quoted)
            return i;
    return std::string_view::npos;
}

error bad_path(std::string_view text, std::string_view reason)
{
    return {errc::invalid_path, excerpt(text) + " " + std::string(reason)};
}

result<patch_target> parse_value_path(
    std::string_view text, std::size_t open, const resource_type& type, leniency how
)
{
    const auto close = closing_bracket(text, open);
    if (close == std::string_view::npos)
        return bad_path(text, "has no closing bracket.");
    auto list = parse_path(trim(text.substr(0, open)), type);
    if (!list)
        return list.error();
    if (list->sub_attribute || !list->attribute->is_multi_valued)
        return bad_path(text, "filters an attribute that is not multi-valued.");
    auto where = parse_value_filter(text.substr(open + 1, close - open - 1), *list, how);
    if (!where)
        return where.error();

    patch_target target{.attribute = *list, .where = std::move(*where)};
    const std::string_view rest = trim(text.substr(close + 1));
    if (rest.empty())
        return target;
    if (rest.front() == '.')
        target.attribute.sub_attribute = list->attribute->find(rest.substr(1));
    if (!target.attribute.sub_attribute)
        return bad_path(text, "does not end in a sub-attribute.");
    return target;
}

}  // namespace

result<patch_target> parse_target(
    std::string_view text, const resource_type& type, leniency how, work_budget& work
)
{
    work.charge((text.size() + 1) * path_byte_steps);
    if (const auto open = text.find('['); open != std::string_view::npos)
        return parse_value_path(text, open, type, how);
    auto plain = parse_path(text, type);
    if (!plain)
        return plain.error();
    return patch_target{.attribute = *plain, .where = {}};
}

}  // namespace scimd::scim
