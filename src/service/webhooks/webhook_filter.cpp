#include "service/webhooks/webhook_filter.hpp"

#include "base/text.hpp"
#include "service/events/event_types.hpp"

#include <algorithm>
#include <array>

namespace scimd::service::webhooks {

namespace {

// Header fields that a receiver, or a proxy in front of it, trusts because only its own components set them.
constexpr std::array<std::string_view, 14> reserved_prefixes = {
        "x-amz-",
        "x-aws-",
        "x-azure-",
        "x-envoy-",
        "x-forwarded",
        "x-goog",
        "x-http-",
        "x-identity-",
        "x-method-",
        "x-ms-",
        "x-original-",
        "x-real-",
        "x-rewrite-",
        "x-webhook-",
};
constexpr std::array<std::string_view, 5> reserved_names = {
        "x-auth-request-user", "x-client-ip", "x-cluster-client-ip", "x-metadata-token", "x-remote-user"};

bool is_type_character(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
}

bool is_segment(std::string_view segment) {
    return !segment.empty() && std::ranges::all_of(segment, is_type_character);
}

bool is_pattern(std::string_view pattern) {
    if (pattern == "*")
        return true;
    if (pattern.ends_with(".*"))
        pattern.remove_suffix(2);
    return std::ranges::all_of(split(pattern, '.'), is_segment);
}

bool matches_one(std::string_view pattern, std::string_view type) {
    if (!pattern.ends_with('*'))
        return pattern == type;
    pattern.remove_suffix(1);
    return type.starts_with(pattern);
}

// A subset of the token characters of RFC 9110 §5.6.2.
bool is_name_character(char letter) {
    return is_type_character(letter) || letter == '-';
}

bool is_reserved(std::string_view name) {
    return std::ranges::find(reserved_names, name) != reserved_names.end() ||
           std::ranges::any_of(reserved_prefixes, [&](auto prefix) { return name.starts_with(prefix); });
}

bool is_value_character(char letter) {
    return letter >= ' ' && letter <= '~';
}

error invalid_header(std::string reason) {
    return {errc::invalid_value, "headers: " + reason};
}

}  // namespace

result<void> check_event_types(std::span<const std::string> patterns) {
    if (patterns.size() > event_types_max) {
        return error{errc::invalid_value,
                "event_types must not have more than " + std::to_string(event_types_max) + " entries."};
    }
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (patterns[i].size() <= event_type_bytes_max && is_pattern(patterns[i]))
            continue;
        return error{errc::invalid_value,
                "event_types[" + std::to_string(i) +
                        "] must be the type of an event, a prefix with \".*\" behind it, or \"*\"."};
    }
    return {};
}

result<void> check_types_exist(std::span<const std::string> patterns) {
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        const auto is_named = [&](std::string_view type) { return matches_one(patterns[i], type); };
        if (std::ranges::none_of(event_types(), is_named))
            return error{errc::invalid_value, "event_types[" + std::to_string(i) +
                                                      "]: there is no event of the type " + patterns[i] +
                                                      "."};
    }
    return {};
}

bool matches(std::span<const std::string> patterns, std::string_view type) {
    return patterns.empty() ||
           std::ranges::any_of(patterns, [&](const auto& one) { return matches_one(one, type); });
}

result<void> check_header(std::string_view name, std::string_view value) {
    const auto lower = to_lower_ascii(name);
    if (lower.size() > header_name_bytes_max || !std::ranges::all_of(lower, is_name_character))
        return invalid_header("a name must have at most " + std::to_string(header_name_bytes_max) +
                              " letters, digits and hyphens.");
    if (!lower.starts_with("x-") || lower.size() == 2)
        return invalid_header("only names that start with \"X-\" can be given.");
    if (is_reserved(lower))
        return invalid_header("\"" + std::string(name) + "\" is reserved.");
    const bool is_trimmed = !value.starts_with(' ') && !value.ends_with(' ');
    if (value.size() > header_value_bytes_max || !is_trimmed ||
            !std::ranges::all_of(value, is_value_character))
        return invalid_header("the value of \"" + std::string(name) + "\" must have at most " +
                              std::to_string(header_value_bytes_max) +
                              " visible ASCII characters and spaces, with no space around them.");
    return {};
}

}  // namespace scimd::service::webhooks
