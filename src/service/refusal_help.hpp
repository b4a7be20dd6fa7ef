// What to do about a refused user, in the words of whoever runs the identity provider. Pure.
#pragma once

#include <string_view>

namespace scimd::service {

// For any reason that is in the ledger.
std::string_view how_to_fix(std::string_view reason);

}  // namespace scimd::service
