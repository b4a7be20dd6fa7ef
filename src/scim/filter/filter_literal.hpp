// The value of a comparison, made to be of its attribute's type. Pure.
#pragma once

#include "base/error.hpp"
#include "scim/filter/filter.hpp"
#include "scim/filter/filter_lexer.hpp"

namespace scimd::scim {

bool is_null(const raw_literal& given) noexcept;

// invalid_filter when no value of the attribute could ever be such. `target` is not complex.
result<literal> coerce(const raw_literal& given, const attribute& target);

}  // namespace scimd::scim
