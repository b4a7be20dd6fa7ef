#include "api/management/list_token.hpp"

#include "api/management/page_token.hpp"
#include "base/codec.hpp"
#include "base/text.hpp"

#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace scimd::api {
namespace {

std::string checksum(std::string_view query) {
    return std::to_string(crc32(query));
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string list_token::text(std::string_view query) const {
    const auto plain = std::string(is_backwards ? "b" : "f") + '.' + checksum(query) + '.' +
                       std::to_string(at.modified) + '.' + std::to_string(at.id.value);
    return to_base64url(std::as_bytes(std::span(plain)));
}

result<list_token> list_token::parse(std::string_view text, std::string_view query) {
    if (auto good = check_page_token(text); !good)
        return good.error();
    const auto bytes = from_base64url(text);
    if (!bytes)
        return no_such_page();
    const std::string plain(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    const auto parts = split(plain, '.');
    if (parts.size() != 4 || (parts[0] != "f" && parts[0] != "b") || parts[1] != checksum(query))
        return no_such_page();
    const auto modified = parse_number(parts[2]);
    const auto id = parse_number(parts[3]);
    if (!modified || !id)
        return no_such_page();
    return list_token{parts[0] == "b", {*modified, {*id}}};
}

}  // namespace scimd::api
