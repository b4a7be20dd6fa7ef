// The range of texts with a prefix, for `sw` filters on an index. Pure.
#pragma once

#include <string>

namespace scimd::store {

// The upper bound of the texts with this prefix: the smallest text that is greater than all of them. Empty
// when there is none. The prefix must be UTF-8, whose order by bytes is that of its code points; the result,
// with one code point incremented, is UTF-8, too.
std::string end_of_prefix(std::string prefix);

}  // namespace scimd::store
