// Domain names that people take for others: labels that mix scripts, or that are written in another script
// with letters that look Latin (UTS #39).
#pragma once

#include "base/network/domain_name.hpp"

#include <string>
#include <string_view>

namespace scimd {

// Why a name may be taken for another: "mixed_scripts", "latin_look_alike"; empty: no label may. A label of
// one script passes, and so do the combinations that Japanese, Chinese and Korean are written in, with or
// without Latin letters (UTS #39 §5.2, highly restrictive).
std::string_view look_alike_kind(const domain_name& name);

// The same in a sentence for people, with the name in A-labels; empty: none.
std::string look_alike_warning(const domain_name& name);

}  // namespace scimd
