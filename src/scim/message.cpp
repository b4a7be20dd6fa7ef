#include "scim/message.hpp"

#include "base/json.hpp"
#include "scim/urn.hpp"

#include <numeric>

namespace scimd::scim {
namespace {

void append_cursor(std::string& text, std::string_view name, std::string_view cursor)
{
    if (cursor.empty())
        return;
    text += name;
    append_quoted(text, cursor);
}

}  // namespace

// RFC 7644 §3.12: the status is a string.
std::string error_message(const error& failure)
{
    std::string text = R"({"schemas":[)";
    append_quoted(text, urn::error);
    text += "],";
    if (const std::string_view type = scim_type(failure.code); !type.empty()) {
        text += R"("scimType":)";
        append_quoted(text, type);
        text += ',';
    }
    text += R"("detail":)";
    append_quoted(text, failure.detail);
    text += R"(,"status":")" + std::to_string(http_status(failure.code)) + R"("})";
    return text;
}

std::string list_message(const list_head& head, std::span<const std::string> resources)
{
    constexpr std::size_t envelope_bytes = 256;
    const std::size_t bytes = std::accumulate(
        resources.begin(),
        resources.end(),
        envelope_bytes + head.previous_cursor.size() + head.next_cursor.size(),
        [](std::size_t sum, const std::string& each) { return sum + each.size() + 1; }
    );
    std::string text;
    text.reserve(bytes);

    text += R"({"schemas":[)";
    append_quoted(text, urn::list_response);
    text += ']';
    if (head.total_results)
        text += R"(,"totalResults":)" + std::to_string(*head.total_results);
    if (head.start_index)
        text += R"(,"startIndex":)" + std::to_string(*head.start_index);
    text += R"(,"itemsPerPage":)" + std::to_string(resources.size());
    append_cursor(text, R"(,"previousCursor":)", head.previous_cursor);
    append_cursor(text, R"(,"nextCursor":)", head.next_cursor);
    // RFC 7644 §3.4.2 asks for Resources only where there are some; clients read it always.
    text += R"(,"Resources":[)";
    for (std::size_t i = 0; i < resources.size(); ++i) {
        if (i > 0)
            text += ',';
        text += resources[i];
    }
    text += "]}";
    return text;
}

}  // namespace scimd::scim
