// POST /api/v1/events: the log as Scalekit's clients search it, newest first.
#include "api/management/management_request.hpp"
#include "base/clock.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "store/event_log.hpp"
#include "store/events.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {
namespace {

namespace event_log = store::event_log;

constexpr number_bounds size_bounds{1, 1'000, 10};
constexpr std::int64_t rows_max = 10'000;  // looked at for one page, and for the total

// The start of a page: newer than an event, or older.
struct page_start {
    event_id at{std::numeric_limits<std::int64_t>::max()};
    event_log::direction way = event_log::direction::backward;
};

result<page_start> read_page_token(const request_context& request) {
    const auto text = request.target.parameter("page_token").value_or("");
    if (text.empty())
        return page_start{};
    if (const auto older = parse_prefixed(text, "o_"))
        return page_start{.at = {*older}};
    if (const auto newer = parse_prefixed(text, "n_"))
        return page_start{.at = {*newer}, .way = event_log::direction::forward};
    return error{errc::invalid_value, "page_token is not valid."};
}

// The position that `position_at` gives for a time; `fallback` when the body does not name one.
result<event_id> read_time(const std::optional<std::string>& text, std::string_view name, event_id fallback,
        std::int64_t (*position_at)(time_point)) {
    if (!text)
        return fallback;
    const auto when = parse_rfc3339(*text);
    if (!when)
        return invalid_value(std::string(name) + " must be a time as in RFC 3339.");
    return event_id{position_at(*when)};
}

event_log::source read_source(const std::optional<std::string>& name) {
    if (!name)
        return event_log::source::any;
    return *name == "DIR_SYNC" ? event_log::source::directory : event_log::source::environment;
}

template <class Id>
result<Id> read_id(const std::optional<std::string>& text, std::string_view name) {
    if (!text || text->empty())
        return Id{};
    const auto id = Id::parse(*text);
    if (!id)
        return invalid_value(std::string(name) + " is not valid.");
    return *id;
}

result<event_log::selection> read_filter(const search_events_body& body) {
    const auto organization = read_id<organization_id>(body.organization_id, "organization_id");
    if (!organization)
        return organization.error();
    const auto directory = read_id<directory_id>(body.directory_id, "directory_id");
    if (!directory)
        return directory.error();
    event_log::selection wanted{.organization = *organization,
            .directory = *directory,
            .types = body.event_types.value_or(std::vector<std::string>()),
            .origin = read_source(body.source)};
    const auto first = read_time(body.start_time, "start_time", wanted.first, first_id_at);
    if (!first)
        return first.error();
    const auto last = read_time(body.end_time, "end_time", wanted.last, last_id_at);
    if (!last)
        return last.error();
    wanted.first = *first;
    wanted.last = *last;
    return wanted;
}

http::response search(store::transaction& tx, const event_log::selection& wanted, const page_start& start,
        std::int64_t size) {
    std::vector<store::events::event> found;
    const auto end = event_log::read(tx, wanted, {.from = start.at, .way = start.way, .rows_max = rows_max},
            [&](const store::events::event& one) {
                if (static_cast<std::int64_t>(found.size()) == size)
                    return false;
                found.push_back(one);
                return true;
            });
    const bool is_backward = start.way == event_log::direction::backward;
    if (!is_backward)
        std::ranges::reverse(found);
    std::string events;
    for (const auto& one : found)
        events += (events.empty() ? "" : ",") + one.body;
    const auto token = [](std::string_view prefix, event_id at) {
        return std::string(prefix) + std::to_string(at.value);
    };
    std::string next;
    std::string previous;
    if (is_backward) {
        next = end.is_end ? "" : token("o_", end.position);
        const bool is_first = start.at.value == std::numeric_limits<std::int64_t>::max();
        previous = is_first || found.empty() ? "" : token("n_", found.front().id);
    } else {
        next = found.empty() ? "" : token("o_", found.back().id);
        previous = end.is_end ? "" : token("n_", end.position);
    }
    auto response = manage_response(200, {});
    response.body = "{\"events\":[" + events + "],\"next_page_token\":\"" + next +
                    "\",\"prev_page_token\":\"" + previous +
                    "\",\"total_size\":" + std::to_string(event_log::count(tx, wanted, rows_max)) + "}";
    return response;
}

}  // namespace

result<http::response> search_events(management_request& request, const search_events_body& body) {
    const auto size = number_parameter(request.context, "page_size", size_bounds);
    if (!size)
        return size.error();
    const auto start = read_page_token(request.context);
    if (!start)
        return start.error();
    const auto wanted = read_filter(body);
    if (!wanted)
        return wanted.error();
    return search(request.tx, *wanted, *start, *size);
}

}  // namespace scimd::api
