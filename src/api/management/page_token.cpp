#include "api/management/page_token.hpp"

#include "base/codec.hpp"
#include "base/id.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <span>

namespace scimd::api {
namespace {

constexpr std::size_t page_token_bytes_max = 200;

bool is_base64url_character(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

}  // namespace

result<void> check_page_token(std::string_view token) {
    if (token.size() > page_token_bytes_max || !std::ranges::all_of(token, is_base64url_character))
        return error{errc::invalid_value, "page_token must have at most 200 letters, digits, - and _."};
    return {};
}

error no_such_page() {
    return {errc::not_found, "There is no page of this list with this page_token."};
}

std::string to_page_token(std::string_view list, const page_position& where) {
    const auto text = std::string(list) + (where.is_before ? '<' : '>') + std::to_string(where.id);
    return to_base64url(std::as_bytes(std::span(text)));
}

result<page_position> parse_page_token(std::string_view list, std::optional<std::string_view> token) {
    if (!token || token->empty())
        return page_position();
    if (auto good = check_page_token(*token); !good)
        return good.error();
    const auto refusal = no_such_page();
    const auto bytes = from_base64url(*token);
    if (!bytes)
        return refusal;
    std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    if (!text.starts_with(list) || text.size() == list.size())
        return refusal;
    text.remove_prefix(list.size());
    const bool is_before = text.front() == '<';
    const auto id = parse_snowflake(text.substr(1));
    if (!id || (!is_before && text.front() != '>'))
        return refusal;
    return page_position{is_before, *id};
}

}  // namespace scimd::api
