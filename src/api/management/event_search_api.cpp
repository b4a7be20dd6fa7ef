// POST /api/v1/events: the log as Scalekit's clients search it, newest first.
#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "base/clock.hpp"
#include "base/time.hpp"
#include "store/event_log.hpp"
#include "store/events.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace scimd::api {
namespace {

namespace event_log = store::event_log;

constexpr number_bounds size_bounds{1, 1'000, 10};
constexpr std::int64_t rows_max = 10'000;  // looked at for one page, and for the total
constexpr std::size_t types_max = 50;

// Where a page begins: newer than an event, or older.
struct page_start {
    event_id at{std::numeric_limits<std::int64_t>::max()};
    event_log::direction way = event_log::direction::backward;
};

result<page_start> read_page_token(const request_context& request)
{
    const auto text = request.target.parameter("page_token").value_or("");
    if (text.empty())
        return page_start{};
    if (const auto older = parse_prefixed(text, "o_"))
        return page_start{.at = {*older}};
    if (const auto newer = parse_prefixed(text, "n_"))
        return page_start{.at = {*newer}, .way = event_log::direction::forward};
    return error{errc::invalid_value, "page_token is not valid."};
}

result<std::vector<std::string>> read_event_types(const json::object& filter)
{
    std::vector<std::string> types;
    const auto* given = find(filter, "event_types");
    if (!given || given->is_null())
        return types;
    const error wrong{errc::invalid_value, "event_types must be a list of at most 50 strings."};
    if (!given->is_array() || given->get_array().size() > types_max)
        return wrong;
    for (const auto& type : given->get_array()) {
        if (!type.is_string())
            return wrong;
        types.emplace_back(type.get_string());
    }
    return types;
}

// The event position that `position` has of a time; `otherwise` when there is none in the filter.
result<event_id> read_time(
    const json::object& filter, std::string_view name, event_id fallback, std::int64_t (*position)(time_point)
)
{
    const auto text = optional_text(filter, name);
    if (!text)
        return text.error();
    if (!*text)
        return fallback;
    const auto when = parse_rfc3339(**text);
    if (!when)
        return error{errc::invalid_value, std::string(name) + " must be a time as in RFC 3339."};
    return event_id{position(*when)};
}

result<event_log::source> read_source(const json::object& filter)
{
    const auto* given = find(filter, "source");
    if (!given || given->is_null())
        return event_log::source::any;
    const auto name = given->is_string() ? std::string_view(given->get_string()) : std::string_view();
    const auto number = given->is_int64() ? given->get_int64() : -1;
    if (name == "DIR_SYNC" || number == 2)
        return event_log::source::directory;
    if (name == "SCALEKIT" || number == 1)
        return event_log::source::environment;
    if (name == "SOURCE_UNSPECIFIED" || name == "UNSPECIFIED" || number == 0)
        return event_log::source::any;
    return error{errc::invalid_value, "source must be SCALEKIT or DIR_SYNC."};
}

template <class Id>
result<Id> read_id(const json::object& filter, std::string_view name)
{
    const auto text = optional_text(filter, name);
    if (!text)
        return text.error();
    if (!*text || (*text)->empty())
        return Id{};
    const auto id = Id::parse(**text);
    if (!id)
        return error{errc::invalid_value, std::string(name) + " is not valid."};
    return *id;
}

result<event_log::selection> read_filter(const json::object& filter)
{
    const auto organization = read_id<organization_id>(filter, "organization_id");
    if (!organization)
        return organization.error();
    const auto directory = read_id<directory_id>(filter, "directory_id");
    if (!directory)
        return directory.error();
    auto types = read_event_types(filter);
    if (!types)
        return types.error();
    const auto origin = read_source(filter);
    if (!origin)
        return origin.error();
    event_log::selection wanted{
        .organization = *organization, .directory = *directory, .types = std::move(*types), .origin = *origin
    };
    const auto first = read_time(filter, "start_time", wanted.first, first_id_at);
    if (!first)
        return first.error();
    const auto last = read_time(filter, "end_time", wanted.last, last_id_at);
    if (!last)
        return last.error();
    wanted.first = *first;
    wanted.last = *last;
    return wanted;
}

http::response search(
    store::transaction& tx, const event_log::selection& wanted, const page_start& start, std::int64_t size
)
{
    std::vector<store::events::event> found;
    const auto end = event_log::read(
        tx,
        wanted,
        {.from = start.at, .way = start.way, .rows_max = rows_max},
        [&](const store::events::event& one) {
            if (static_cast<std::int64_t>(found.size()) == size)
                return false;
            found.push_back(one);
            return true;
        }
    );
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

reply search_events(const server_context& server, request_context& request)
{
    const auto size = number_parameter(request, "page_size", size_bounds);
    if (!size)
        return manage_error(size.error());
    const auto start = read_page_token(request);
    if (!start)
        return manage_error(start.error());
    return body_request{
        server.bounds.manage_body_bytes_max,
        [size = *size, start = *start](std::string text) -> reply {
            const auto body = parse_json_object(text.empty() ? "{}" : text);
            if (!body)
                return manage_error(body.error());
            const auto wanted = read_filter(*body);
            if (!wanted)
                return manage_error(wanted.error());
            return transaction_step{
                store::intent::scan,
                [wanted = *wanted, start, size](store::transaction& tx) -> reply {
                    return search(tx, wanted, start, size);
                }
            };
        }
    };
}

}  // namespace scimd::api
