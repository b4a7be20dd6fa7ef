#include "service/auth/session_policy.hpp"

#include <array>
#include <string>
#include <utility>

namespace scimd::service {
namespace {

struct time_unit {
    std::string_view name;
    std::int64_t minutes;
};
constexpr std::array units = {
        time_unit{"MINUTES", 1},
        time_unit{"SESSION_TIME_UNIT_UNSPECIFIED", 1},
        time_unit{"HOURS", 60},
        time_unit{"DAYS", 24 * 60},
};

const json::value* given(const json::object& in, std::string_view name) {
    const auto* value = find(in, name);
    return value && !value->is_null() ? value : nullptr;
}

// Reads the number `name` and its unit, the member with "_unit" appended. Empty: there is no number.
result<std::optional<std::int64_t>> read_minutes(const json::object& wanted, std::string_view name) {
    const auto* number = given(wanted, name);
    if (!number)
        return std::optional<std::int64_t>();
    const auto unit_name = std::string(name) + "_unit";
    const auto* unit = given(wanted, unit_name);
    const std::string_view wanted_unit = unit && unit->is_string() ? unit->get_string() : units[0].name;
    for (const auto& known : units) {
        if (known.name != wanted_unit)
            continue;
        const bool is_bounded = number->is_int64() && number->get_int64() > 0 &&
                                number->get_int64() <= session_minutes_max / known.minutes &&
                                number->get_int64() * known.minutes >= session_minutes_min;
        if (is_bounded)
            return std::optional(number->get_int64() * known.minutes);
        return invalid_value(std::string(name) + " must be a time of 6 minutes to 365 days.");
    }
    return invalid_value(unit_name + " must be MINUTES, HOURS or DAYS.");
}

result<void> check(const custom_session_policy& policy) {
    if (policy.absolute_minutes == 0)
        return invalid_value("absolute_session_timeout is required of a CUSTOM policy.");
    if (policy.is_idle_limited.value_or(false) && !policy.idle_minutes)
        return invalid_value("idle_session_timeout is required when idle_session_timeout_enabled is true.");
    if (policy.idle_minutes.value_or(0) > policy.absolute_minutes)
        return invalid_value("idle_session_timeout must not be longer than absolute_session_timeout.");
    return {};
}

}  // namespace

result<session_policy> change_session_policy(const session_policy& before, const json::object& wanted) {
    const auto* source = find_string(wanted, "policy_source");
    if (!source || (*source != "APPLICATION" && *source != "CUSTOM"))
        return invalid_value("policy_source must be APPLICATION or CUSTOM.");
    if (*source == "APPLICATION")
        return session_policy();
    auto next = before.value_or(custom_session_policy());
    const auto absolute = read_minutes(wanted, "absolute_session_timeout");
    const auto idle = read_minutes(wanted, "idle_session_timeout");
    if (!absolute || !idle)
        return absolute ? idle.error() : absolute.error();
    next.absolute_minutes = absolute->value_or(next.absolute_minutes);
    if (*idle)
        next.idle_minutes = *idle;
    if (const auto* flag = given(wanted, "idle_session_timeout_enabled"); flag && flag->is_bool())
        next.is_idle_limited = flag->get_bool();
    if (!next.is_idle_limited.value_or(false))
        next.idle_minutes.reset();
    if (auto good = check(next); !good)
        return good.error();
    return session_policy(next);
}

json::object session_policy_json(const session_policy& policy) {
    if (!policy)
        return {{"policy_source", "APPLICATION"}};
    json::object shown{{"policy_source", "CUSTOM"}, {"absolute_session_timeout", policy->absolute_minutes},
            {"absolute_session_timeout_unit", "MINUTES"}};
    if (policy->is_idle_limited)
        shown["idle_session_timeout_enabled"] = *policy->is_idle_limited;
    if (policy->idle_minutes) {
        shown["idle_session_timeout"] = *policy->idle_minutes;
        shown["idle_session_timeout_unit"] = "MINUTES";
    }
    return shown;
}

json::object application_session_policy_json() {
    return {{"absolute_session_timeout", application_session_minutes},
            {"absolute_session_timeout_unit", "MINUTES"}, {"idle_session_timeout_enabled", false},
            {"idle_session_timeout", 0}, {"access_token_expiry", application_token_minutes}};
}

session_policy stored_session_policy(std::string_view text) {
    const auto kept = parse_json_object(text);
    const auto read = kept ? change_session_policy({}, *kept) : result<session_policy>(session_policy());
    return read ? *read : session_policy();
}

}  // namespace scimd::service
