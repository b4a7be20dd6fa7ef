// Which identity provider speaks, told from its requests alone: nobody has to configure it. Pure.
//
// A provider either names itself (its User-Agent, a flag or URN of its own), which is certain, or has habits
// that no other is known to have. Many requests show neither.
#pragma once

#include "base/clock.hpp"
#include "base/json/json.hpp"
#include "scim/conformance_mode.hpp"
#include "store/tenants.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::service {

// Identity providers by their names in the enumeration DirectoryProvider of the API.
namespace providers {

inline constexpr std::string_view auth0 = "AUTH0";
inline constexpr std::string_view entra = "MICROSOFT_AD";
inline constexpr std::string_view google = "GOOGLE";
inline constexpr std::string_view jumpcloud = "JUMPCLOUD";
inline constexpr std::string_view okta = "OKTA";
inline constexpr std::string_view onelogin = "ONELOGIN";
inline constexpr std::string_view ping = "PING_IDENTITY";

inline constexpr std::array all = {okta, google, entra, auth0, onelogin, jumpcloud, ping};

}  // namespace providers

// What is looked at of a request.
struct request_traits {
    std::string_view method;
    std::optional<std::string_view> user_agent;  // none sent is not the same as an empty one
    std::string_view target;                     // as sent, with the query
    const json::object* body = nullptr;          // of POST, PUT and PATCH, once it has been read
};

struct idp_detection {
    std::string_view provider;  // of the enumeration DirectoryProvider; of a static text
    std::string_view by;        // for people; of a static text
    bool is_certain = false;

    friend bool operator==(const idp_detection&, const idp_detection&) = default;
};

std::optional<idp_detection> detect_idp(const request_traits& what);

// What the User-Agent alone says; nothing: it names no provider. Entra sends none at all.
std::optional<idp_detection> detect_by_user_agent(std::string_view user_agent);

// Two clients of one directory may not make it write more often.
constexpr std::chrono::seconds detection_interval{10};
// How long a provider that named itself stands against the mere habits of another: customers do move.
constexpr std::chrono::hours certainty_lasts{24};

// Whether `seen` is to take the place of what is known.
bool should_replace(
    const idp_detection& seen, const std::optional<store::tenants::detection>& known, time_point now
);

// How a directory is to be read: as it was told to be, and otherwise as its provider needs it, if that has
// been told or has named itself. Habits alone do not take a reading from the RFC that other clients rely on.
scim::conformance_mode conformance_mode_of(
    store::tenants::scim_mode mode,
    std::string_view told_provider,
    const std::optional<store::tenants::detection>& detected
);

}  // namespace scimd::service
