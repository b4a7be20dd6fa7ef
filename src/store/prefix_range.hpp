// The range of texts with a prefix. Pure.
#pragma once

#include <string>

namespace scimd::store {

// The least text that is greater than every text with this prefix: texts from the prefix up to it, without
// it, have the prefix. UTF-8 sorts by its bytes as by its code points, and one code point more keeps it
// UTF-8. Empty: there is none. The prefix must be UTF-8.
std::string end_of_prefix(std::string prefix);

}  // namespace scimd::store
