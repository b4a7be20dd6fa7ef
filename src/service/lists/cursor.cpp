#include "service/lists/cursor.hpp"

#include "base/json/json.hpp"
#include "scim/messages/query.hpp"

#include <array>
#include <optional>
#include <type_traits>
#include <utility>

namespace scimd::service {
namespace {

json::value to_json(const sort_key& key) {
    return std::visit(
            [](const auto& value) -> json::value {
                if constexpr (std::is_same_v<decltype(value), const std::monostate&>)
                    return nullptr;
                else
                    return json::value(value);
            },
            key);
}

sort_key to_key(const json::value& value) {
    if (value.is_bool())
        return value.get_bool();
    if (value.is_int64())
        return value.get_int64();
    if (value.is_double())
        return value.get_double();
    if (value.is_string())
        return std::string(value.get_string());
    return std::monostate();
}

error not_a_cursor() {
    return {errc::invalid_cursor,
            "The cursor is none of this query. The first page has an empty one; the others have what the "
            "page "
            "before them gave as nextCursor, with all other parameters as they were."};
}

}  // namespace

std::string cursor_seal::seal(const cursor& position, std::string_view query, time_point now) const {
    const time_point expires = now + scim::cursor_lifetime;
    const json::array fields{
            expires.time_since_epoch().count(),
            position.count,
            position.goes_back,
            position.at.rank,
            position.at.id.value,
            to_json(position.at.key),
    };
    return key_vault_.seal(to_text(json::value(fields)), query);
}

result<cursor> cursor_seal::open(
        std::string_view token, std::string_view query, std::size_t count, time_point now) const {
    const auto opened = key_vault_.open(token, query);
    if (!opened)
        return not_a_cursor();
    // The token is authentic, so its content is well-formed.
    const auto parsed = parse_json(opened->reveal()).value();
    const auto& fields = parsed.as_array();
    const auto number = [&](std::size_t index) { return fields.at(index).as_int64(); };
    if (time_point(std::chrono::microseconds(number(0))) <= now)
        return error{errc::expired_cursor, "The cursor has expired. One is good for " +
                                                   std::to_string(scim::cursor_lifetime.count()) +
                                                   " seconds; begin again with an empty one."};
    if (std::cmp_not_equal(number(1), count))
        return error{errc::invalid_count, "The cursor is of pages with a count of " +
                                                  std::to_string(number(1)) + ", not " +
                                                  std::to_string(count) + "."};
    return cursor{
            .at = {.key = to_key(fields.at(5)),
                    .rank = static_cast<std::size_t>(number(3)),
                    .id = {number(4)}},
            .goes_back = fields.at(2).as_bool(),
            .count = count,
    };
}

}  // namespace scimd::service
