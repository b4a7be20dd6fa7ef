#include "service/list_order.hpp"

#include "base/text.hpp"
#include "base/time.hpp"

#include <compare>
#include <tuple>

namespace scimd::service {
namespace {

// The beginning of a text that ends with a whole character.
std::string beginning_of(std::string text)
{
    const auto is_continuation = [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
    };
    if (text.size() <= sort_text_bytes_max)
        return text;
    auto end = sort_text_bytes_max;
    while (end > 0 && is_continuation(text[end]))
        --end;
    text.resize(end);
    return text;
}

}  // namespace

bool stands_before(const list_place& a, const list_place& b, bool is_descending)
{
    const auto& first = is_descending ? b : a;
    const auto& second = is_descending ? a : b;
    const bool lacks_first = std::holds_alternative<std::monostate>(first.key);
    const bool lacks_second = std::holds_alternative<std::monostate>(second.key);
    return std::tie(lacks_first, first.key, first.rank, first.id) <
           std::tie(lacks_second, second.key, second.rank, second.id);
}

sort_key key_of(const json::value* value, const scim::attribute& attribute)
{
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
    return beginning_of(attribute.is_case_exact ? std::move(text) : fold(text));
}

}  // namespace scimd::service
