#include "api/page_token.hpp"

#include "base/codec.hpp"
#include "base/id.hpp"

#include <span>

namespace scimd::api {
namespace {

constexpr std::size_t token_bytes_max = 200;

}  // namespace

std::string to_page_token(std::string_view list, const page_position& where)
{
    const auto text = std::string(list) + (where.is_before ? '<' : '>') + std::to_string(where.id);
    return to_base64url(std::as_bytes(std::span(text)));
}

result<page_position> parse_page_token(std::string_view list, std::optional<std::string_view> token)
{
    if (!token || token->empty())
        return page_position();
    const error refusal{errc::invalid_value, "page_token is none of this list."};
    const auto bytes = token->size() <= token_bytes_max ? from_base64url(*token) : std::nullopt;
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
