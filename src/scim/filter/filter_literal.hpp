// Coercion of filter literals to the type of their attribute. Pure.
#pragma once

#include "base/error.hpp"
#include "scim/filter/filter.hpp"
#include "scim/filter/filter_lexer.hpp"

namespace scimd::scim {

bool is_null(const raw_literal& given) noexcept;

// invalid_filter: no value of the attribute could ever equal the literal. `target` is not complex.
result<literal> coerce(const raw_literal& given, const attribute& target);

}  // namespace scimd::scim
