// How much a directory takes from its clients beyond the RFC.
#pragma once

namespace scimd::scim {

enum class conformance_mode {
    strict,  // the letter of RFC 7643 and RFC 7644: what they do not describe is refused
             // (scim/patch/strict.hpp)
    compat,  // what identity providers send is understood (scim/patch/quirks.hpp)
    entra,   // compat, and where Entra and the RFC exclude each other, Entra
};

}  // namespace scimd::scim
