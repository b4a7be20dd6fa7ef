#include "scim/messages/message.hpp"

#include "base/json/json.hpp"
#include "scim/schema/urn.hpp"

namespace scimd::scim {
namespace {

void append_cursor(std::string& text, std::string_view name, std::string_view cursor) {
    if (cursor.empty())
        return;
    text += name;
    append_quoted(text, cursor);
}

}  // namespace

// The status is a string (RFC 7644 §3.12).
std::string error_message(const error& failure) {
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

std::string begin_list(const list_head& head, std::size_t count) {
    std::string text = R"({"schemas":[)";
    append_quoted(text, urn::list_response);
    text += ']';
    if (head.total_results)
        text += R"(,"totalResults":)" + std::to_string(*head.total_results);
    if (head.start_index)
        text += R"(,"startIndex":)" + std::to_string(*head.start_index);
    text += R"(,"itemsPerPage":)" + std::to_string(count);
    append_cursor(text, R"(,"previousCursor":)", head.previous_cursor);
    append_cursor(text, R"(,"nextCursor":)", head.next_cursor);
    // Resources is written even when it is empty: RFC 7644 §3.4.2 requires it only for results, but clients
    // read it always.
    return text + R"(,"Resources":[)";
}

std::string list_message(const list_head& head, std::span<const std::string> resources) {
    std::string text = begin_list(head, resources.size());
    for (const auto& each : resources) {
        if (&each != &resources.front())
            text += ',';
        text += each;
    }
    return text.append(list_end);
}

}  // namespace scimd::scim
