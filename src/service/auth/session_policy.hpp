// Session policies of organizations, in Scalekit's shape. They are kept and shown: nothing here has sessions.
// Pure.
#pragma once

#include "base/error.hpp"
#include "base/json/json.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace scimd::service {

// Of sessions of every organization without a policy of its own.
constexpr std::int64_t application_session_minutes = 480;
constexpr std::int64_t application_token_minutes = 5;

constexpr std::int64_t session_minutes_min = application_token_minutes + 1;
constexpr std::int64_t session_minutes_max = 365 * 24 * 60;

struct custom_session_policy {
    std::int64_t absolute_minutes = 0;
    std::optional<bool> is_idle_limited{};
    std::optional<std::int64_t> idle_minutes{};  // when idle sessions end
};
using session_policy = std::optional<custom_session_policy>;  // none: that of the application

// What a request makes of a policy: CUSTOM changes what it names, APPLICATION ends it. invalid_value names
// the member. Units are MINUTES, HOURS or DAYS.
result<session_policy> change_session_policy(const session_policy& before, const json::object& wanted);

// As it is shown and kept, in minutes.
json::object session_policy_json(const session_policy& of);
json::object application_session_policy_json();

// Of the text in the store: what is no policy, because it was kept unread by an earlier version, is none.
session_policy kept_session_policy(std::string_view text);

}  // namespace scimd::service
