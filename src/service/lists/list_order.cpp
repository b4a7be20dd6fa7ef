#include "service/lists/list_order.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "scim/comparable.hpp"

#include <compare>
#include <tuple>

namespace scimd::service {

bool sorts_before(const list_place& a, const list_place& b, bool is_descending) {
    const auto& first = is_descending ? b : a;
    const auto& second = is_descending ? a : b;
    const bool lacks_first = std::holds_alternative<std::monostate>(first.key);
    const bool lacks_second = std::holds_alternative<std::monostate>(second.key);
    return std::tie(lacks_first, first.key, first.rank, first.id) <
           std::tie(lacks_second, second.key, second.rank, second.id);
}

sort_key key_of(const json::value* value, const scim::attribute& attribute, work_budget& work) {
    if (!value)
        return std::monostate();
    if (value->is_bool())
        return value->get_bool();
    if (value->is_number())
        return value->to_number<double>();
    if (!value->is_string())
        return std::monostate();
    std::string text(value->get_string());
    if (attribute.type == scim::attribute_type::date_time) {
        if (const auto instant = parse_rfc3339(text))
            return std::int64_t{instant->time_since_epoch().count()};
    }
    if (!attribute.is_case_exact)
        text = scim::comparable_text(text, attribute, work);
    text.resize(beginning_of(text, sort_text_bytes_max).size());
    return text;
}

}  // namespace scimd::service
