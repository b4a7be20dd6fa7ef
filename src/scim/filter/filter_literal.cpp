#include "scim/filter/filter_literal.hpp"

#include "base/json/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "scim/filter/filter_lexer.hpp"
#include "scim/quoted_input.hpp"

#include <cmath>
#include <string_view>

namespace scimd::scim {

namespace {

// Up to here every integer can be represented as a double.
constexpr std::int64_t exact_double_max = std::int64_t{1} << 53;

error not_a(std::string_view kind, const raw_literal& given) {
    return filter_lexer::failure(quoted_input(given.text) + " is not " + std::string(kind), given.position);
}

// Accepts "True" and "False", which Entra sends.
result<literal> as_boolean(const raw_literal& given) {
    if (equals_ignoring_case(given.text, "true"))
        return literal(true);
    if (equals_ignoring_case(given.text, "false"))
        return literal(false);
    return not_a("a boolean", given);
}

result<json::value> as_number(const raw_literal& given) {
    auto value = parse_json(given.text);
    if (!value || !value->is_number())
        return not_a("a number", given);
    return value;
}

result<literal> as_integer(const raw_literal& given) {
    const auto number = as_number(given);
    if (!number)
        return number.error();
    if (const std::int64_t* const whole = number->if_int64())
        return literal(*whole);
    const double* const real = number->if_double();
    if (!real || std::trunc(*real) != *real || std::abs(*real) > static_cast<double>(exact_double_max))
        return not_a("an integer", given);
    return literal(static_cast<std::int64_t>(*real));
}

result<literal> as_decimal(const raw_literal& given) {
    const auto number = as_number(given);
    if (!number)
        return number.error();
    if (const double* const real = number->if_double())
        return literal(*real);
    const std::int64_t* const whole = number->if_int64();
    if (!whole)
        return not_a("a number", given);
    if (*whole > exact_double_max || *whole < -exact_double_max)
        return literal(*whole);
    return literal(static_cast<double>(*whole));
}

result<literal> as_date_time(const raw_literal& given) {
    if (!parse_rfc3339(given.text))
        return not_a("a date and time", given);
    return literal(given.text);
}

// Refuses text that no attribute can hold, which some stores cannot even search for (U+0000).
result<literal> as_string(const raw_literal& given) {
    if (const auto fault = why_not_storable(given.text); !fault.empty())
        return filter_lexer::failure(
                "a string " + std::string(fault.substr(0, fault.size() - 1)), given.position);
    return literal(given.text);
}

}  // namespace

bool is_null(const raw_literal& given) noexcept {
    return !given.is_quoted && given.text == "null";
}

result<literal> coerce(const raw_literal& given, const attribute& target) {
    switch (target.type) {
        case attribute_type::boolean:
            return as_boolean(given);
        case attribute_type::integer:
            return as_integer(given);
        case attribute_type::decimal:
            return as_decimal(given);
        case attribute_type::date_time:
            return as_date_time(given);
        case attribute_type::string:
        case attribute_type::binary:
        case attribute_type::reference:
            return as_string(given);
        case attribute_type::complex:
            break;
    }
    return not_a("comparable with a complex attribute", given);
}

}  // namespace scimd::scim
