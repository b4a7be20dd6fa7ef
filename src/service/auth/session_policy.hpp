// Session policies of organizations in the format of Scalekit's API. They are stored and returned only: this
// server has no sessions. Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace scimd::service {

// The defaults, for organizations without a policy.
constexpr std::int64_t application_session_minutes = 480;
constexpr std::int64_t application_token_minutes = 5;

constexpr std::int64_t session_minutes_min = application_token_minutes + 1;
constexpr std::int64_t session_minutes_max = 365 * 24 * 60;

struct custom_session_policy {
    std::int64_t absolute_minutes = 0;
    std::optional<bool> is_idle_limited{};
    std::optional<std::int64_t> idle_minutes{};  // when idle sessions end
};
using session_policy = std::optional<custom_session_policy>;  // empty: the defaults of the application

// Applies a request to a policy: CUSTOM changes the members that it names, APPLICATION removes the policy.
// Units are MINUTES, HOURS or DAYS. invalid_value names the member.
result<session_policy> change_session_policy(const session_policy& before, const json::object& wanted);

// The policy as the API returns it and the store keeps it, in minutes.
json::object session_policy_json(const session_policy& policy);
json::object application_session_policy_json();

// Reads the text of the store. Empty, too: an earlier version stored a text that is not a policy.
session_policy stored_session_policy(std::string_view text);

}  // namespace scimd::service
