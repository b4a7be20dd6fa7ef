// How far a directory accepts what its clients send beyond the RFC.
#pragma once

namespace scimd::scim {

enum class conformance_mode {
    strict,  // RFC 7643 and RFC 7644 to the letter: what they do not describe is refused
             // (scim/patch/strict.hpp)
    compat,  // accepts the deviations of identity providers (scim/patch/quirks.hpp)
    entra,   // compat, and Entra's behaviour where it contradicts the RFC
};

}  // namespace scimd::scim
