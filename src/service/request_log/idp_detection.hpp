// Detects the identity provider (Okta, Entra, Google, …) of a directory from its requests, so that it needs
// no configuration. Pure.
//
// A provider either names itself (User-Agent, a flag or URN of its own), which is certain, or sends something
// that no other provider is known to send (a fingerprint), which is not. Many requests show neither.
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

// The parts of a request that detection looks at. Borrowed.
struct request_traits {
    std::string_view method;
    std::optional<std::string_view> user_agent;  // nullopt: not sent, which differs from an empty one
    std::string_view target;                     // as sent, with the query
    const json::object* body = nullptr;          // of POST, PUT and PATCH, once it has been read
};

// A detected provider. A value type.
struct idp_detection {
    std::string_view provider;  // of the enumeration DirectoryProvider; static text
    std::string_view by;        // the evidence, for people; static text
    bool is_certain = false;

    friend bool operator==(const idp_detection&, const idp_detection&) = default;
};

std::optional<idp_detection> detect_idp(const request_traits& request);

// Detection by the User-Agent alone; empty when it names no provider. Entra sends no User-Agent.
std::optional<idp_detection> detect_by_user_agent(std::string_view user_agent);

// The shortest interval between two changes of the detected provider, so that two different clients of a
// directory do not cause a write each time.
constexpr std::chrono::seconds detection_interval{10};
// How long a provider that named itself takes precedence over the fingerprint of another one. It ends,
// because customers change their provider.
constexpr std::chrono::hours certainty_lasts{24};

// Whether `seen` should replace the known detection.
bool should_replace(
        const idp_detection& seen, const std::optional<store::tenants::detection>& known, time_point now);

// The conformance mode of a directory: the configured one, or else the one that its provider needs, if the
// provider is configured or has named itself. A fingerprint alone does not change the mode, because other
// clients may rely on the RFC.
scim::conformance_mode conformance_mode_of(store::tenants::scim_mode mode,
        std::string_view configured_provider, const std::optional<store::tenants::detection>& detected);

}  // namespace scimd::service
