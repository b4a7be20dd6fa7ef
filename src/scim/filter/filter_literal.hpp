// Literals of filters, and their coercion to the type of an attribute. Pure.
#pragma once

#include "base/error.hpp"
#include "scim/schema/schema.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace scimd::scim {

struct raw_literal;

struct null_literal {
    friend bool operator==(const null_literal&, const null_literal&) = default;
};

// The literal of a comparison, as a value of its attribute's type.
using literal = std::variant<null_literal, bool, std::int64_t, double, std::string>;

bool is_null(const raw_literal& given) noexcept;

// invalid_filter: no value of the attribute could ever equal the literal. `target` is not complex.
result<literal> coerce(const raw_literal& given, const attribute& target);

}  // namespace scimd::scim
