// Detection of look-alike (homograph) domain names: labels that mix scripts, or that use letters of another
// script that look Latin (UTS #39). Pure functions.
#pragma once

#include "base/network/domain_name.hpp"

#include <string>
#include <string_view>

namespace scimd {

// Returns why a name may be mistaken for another: "mixed_scripts" or "latin_look_alike"; empty: no reason.
// Labels in a single script are accepted, and so are the combinations in which Japanese, Chinese and Korean
// are written, with or without Latin letters (UTS #39 §5.2, highly restrictive).
std::string_view look_alike_kind(const domain_name& name);

// Returns the warning as a sentence for people, with the name in A-labels; empty: no warning.
std::string look_alike_warning(const domain_name& name);

}  // namespace scimd
