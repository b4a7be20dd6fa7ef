#include "api/auth/field_rules.hpp"

#include <algorithm>

namespace scimd::api {
namespace {

bool is_open_value(const field_rule& rule, const json::value& value) {
    if (!value.is_string())
        return false;
    const std::string_view text = value.get_string();
    return !text.empty() && std::ranges::find(rule.open_values, text) != rule.open_values.end();
}

error refusal(std::string_view field, const field_rule* rule) {
    std::string detail(field);
    detail += " is set by the operator and by clients of the whole environment";
    if (rule && !rule->open_values[0].empty())
        detail.append("; a client of one organization may set it to ").append(rule->open_values[0]);
    return {errc::forbidden, detail + '.'};
}

}  // namespace

result<void> check_fields(
        std::span<const field_rule> rules, const service::manager& by, const json::object& body) {
    if (by.is_of_environment())
        return {};
    for (const auto& [name, value] : body) {
        if (value.is_null())
            continue;
        const auto rule = std::ranges::find(rules, std::string_view(name), &field_rule::field);
        if (rule == rules.end())
            return refusal(name, nullptr);
        const bool is_checked_here = rule->kind == rule_kind::of_field;
        if (is_checked_here && !rule->who.contains(by.kind) && !is_open_value(*rule, value))
            return refusal(name, &*rule);
    }
    return {};
}

error environment_role_refusal(std::string_view field) {
    return {errc::forbidden, std::string(field) +
                                     ": roles of the environment are given by the operator and by clients of "
                                     "the whole environment."};
}

}  // namespace scimd::api
