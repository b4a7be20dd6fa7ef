// The event log: pages by cursor, with or without a long poll, and a stream of server-sent events.
#include "api/management/management_request.hpp"
#include "base/time.hpp"
#include "management_operations.hpp"
#include "store/event_log.hpp"
#include "store/events.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace scimd::api {
namespace {

namespace event_log = store::event_log;

constexpr number_bounds limit_bounds{1, 1'000, 100};
constexpr number_bounds wait_bounds{0, 60, 0};                 // seconds
constexpr std::size_t event_page_bytes_max = 4 * 1024 * 1024;  // a page ends early when its events are large
constexpr std::size_t piece_bytes = 64 * 1024;                 // of a stream
constexpr std::int64_t page_rows_max = 10'000;                 // scanned for one page
constexpr std::int64_t piece_rows_max = 1'000;  // scanned for one piece, on a thread that others wait for
constexpr std::size_t filter_types_max = 50;
constexpr std::size_t type_bytes_max = 100;

// The position of a reader, and its filter.
struct position {
    event_log::selection wanted;
    event_id after;                                   // 0: from the oldest that is kept
    std::optional<std::int64_t> after_sequence = {};  // of the directory, instead
    std::int64_t limit = 0;
    std::chrono::seconds patience{};
};

bool is_type(std::string_view text) {
    const auto is_allowed = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || letter == '_' || letter == '.';
    };
    if (text == "*")
        return true;
    if (text.ends_with('*'))
        text.remove_suffix(1);
    return !text.empty() && text.size() <= type_bytes_max && std::ranges::all_of(text, is_allowed);
}

result<std::vector<std::string>> read_types(std::string_view list) {
    std::vector<std::string> types;
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        const auto type = list.substr(0, end);
        if (!is_type(type) || types.size() == filter_types_max)
            return error{errc::invalid_value,
                    "types must be at most 50 types of events with commas between, as in "
                    "\"organization.directory.user_created,organization.directory.group_*\"."};
        types.emplace_back(type);
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return types;
}

result<event_log::selection> read_selection(const request_context& request) {
    event_log::selection wanted;
    if (const auto text = request.target.parameter("organization_id"); text && !text->empty()) {
        const auto id = organization_id::parse(*text);
        if (!id)
            return error{errc::invalid_value, "organization_id is not valid."};
        wanted.organization = *id;
    }
    if (const auto text = request.target.parameter("directory_id"); text && !text->empty()) {
        const auto id = directory_id::parse(*text);
        if (!id)
            return error{errc::invalid_value, "directory_id is not valid."};
        wanted.directory = *id;
    }
    auto types = read_types(request.target.parameter("types").value_or(""));
    if (!types)
        return types.error();
    wanted.types = std::move(*types);
    return wanted;
}

result<event_id> read_cursor(std::string_view text, std::string_view name) {
    if (text.empty())
        return event_id{};
    if (const auto cursor = parse_event_cursor(text))
        return *cursor;
    if (const auto id = event_id::parse(text))
        return *id;
    return error{errc::invalid_value,
            std::string(name) + " must be a cursor, as events carry them, or an event's id."};
}

result<position> read_position(const request_context& request) {
    auto wanted = read_selection(request);
    if (!wanted)
        return wanted.error();
    const auto after = read_cursor(request.target.parameter("after").value_or(""), "after");
    if (!after)
        return after.error();
    const auto limit = number_parameter(request, "limit", limit_bounds);
    if (!limit)
        return limit.error();
    const auto wait = number_parameter(request, "wait", wait_bounds);
    if (!wait)
        return wait.error();
    position from{.wanted = std::move(*wanted),
            .after = *after,
            .limit = *limit,
            .patience = std::chrono::seconds(*wait)};
    if (request.target.parameter("after_sequence")) {
        const auto sequence =
                number_parameter(request, "after_sequence", {0, std::numeric_limits<std::int64_t>::max(), 0});
        if (!sequence)
            return sequence.error();
        if (from.wanted.directory.value == 0 || from.after.value != 0)
            return error{errc::invalid_value, "after_sequence requires directory_id, and excludes after."};
        from.after_sequence = *sequence;
    }
    return from;
}

// The id behind which reading begins. gone: events behind the position have been deleted.
result<event_id> start_of(store::transaction& tx, const position& from) {
    constexpr auto message =
            "Events behind this position have been deleted. List the users and groups, and go on from the "
            "sequence or cursor that comes with them.";
    if (from.after_sequence) {
        const auto found = event_log::position_of(tx, from.wanted.directory, *from.after_sequence);
        if (!found)
            return error{errc::gone, message};
        return *found;
    }
    if (from.after.value != 0 && from.after < event_log::deleted_up_to(tx, from.wanted))
        return error{errc::gone, message};
    return from.after;
}

std::string cursor_text(event_id position) {
    return position.value == 0 ? std::string() : event_cursor_text(position);
}

// The position to go on from. A reader that has reached the end has seen all events, also those that its
// filter leaves out: with a quiet directory it would otherwise stay at a position that expires.
event_id position_behind(store::transaction& tx, const event_log::reached& end) {
    return end.is_end ? std::max(end.position, event_log::newest(tx)) : end.position;
}

// Envelopes are put together as text: events are sent byte for byte as they are stored.
struct event_page {
    std::string events;
    std::int64_t count = 0;
    event_log::reached end;
};

event_page read_page(store::transaction& tx, const event_log::selection& wanted, const event_log::span& where,
        std::int64_t limit) {
    event_page read;
    read.end = event_log::read(tx, wanted, where, [&](const store::events::event& one) {
        if (read.count == limit || read.events.size() >= event_page_bytes_max)
            return false;
        if (read.count++ > 0)
            read.events += ',';
        read.events += one.body;
        return true;
    });
    return read;
}

std::optional<reply> look_for_page(store::transaction& tx, const position& from, bool is_last) {
    const auto start = start_of(tx, from);
    if (!start)
        return manage_error(start.error());
    const auto read = read_page(tx, from.wanted, {.from = *start, .rows_max = page_rows_max}, from.limit);
    if (read.count == 0 && read.end.is_end && !is_last)
        return std::nullopt;
    auto response = manage_response(200, {});
    response.body = "{\"events\":[" + read.events + "],\"next_cursor\":\"" +
                    cursor_text(position_behind(tx, read.end)) +
                    "\",\"has_more\":" + (read.end.is_end ? "false" : "true") + "}";
    return response;
}

// A stream of server-sent events (WHATWG HTML §9.2): a piece each time it is asked. An id is a cursor, so
// that a client that reconnects goes on where it was.
struct event_stream {
    using state = http::body_source::state;

    event_log::selection filter;
    event_id at;

    state operator()(store::transaction& tx, std::string& piece) {
        // The reader was so slow that events have been deleted before it read them: the next request is
        // answered 410.
        if (at.value != 0 && at < event_log::deleted_up_to(tx, filter))
            return state::done;
        const auto end = event_log::read(
                tx, filter, {.from = at, .rows_max = piece_rows_max}, [&](const store::events::event& one) {
                    if (piece.size() >= piece_bytes)
                        return false;
                    piece += "id: " + cursor_text(one.id) + "\nevent: " + one.type + "\ndata: " + one.body +
                             "\n\n";
                    return true;
                });
        at = position_behind(tx, end);
        // Keeps proxies from closing the connection; clients keep an id without data and dispatch no event.
        if (piece.empty())
            piece = ": nothing new\nid: " + cursor_text(at) + "\n\n";
        return end.is_end ? state::later : state::more;
    }
};

}  // namespace

reply list_events(const server_context&, request_context& request) {
    const auto from = read_position(request);
    if (!from)
        return manage_error(from.error());
    return long_poll{from->patience, [from = *from](store::transaction& tx, bool is_last) {
                         return look_for_page(tx, from, is_last || from.patience.count() == 0);
                     }};
}

result<reply> stream_events(management_request& request) {
    auto from = read_position(request.context);
    if (!from)
        return from.error();
    if (const auto* last = request.context.http.headers.find("Last-Event-ID"); last && !last->empty()) {
        const auto after = read_cursor(*last, "Last-Event-ID");
        if (!after)
            return after.error();
        from->after = *after;
        from->after_sequence.reset();
    }
    const auto start = start_of(request.tx, *from);
    if (!start)
        return start.error();
    http::response head;
    head.headers.add("Content-Type", "text/event-stream");
    head.headers.add("Cache-Control", "no-store");
    head.body = "retry: 1000\n\n";
    return reply(response_stream{.head = std::move(head),
            .next = event_stream{std::move(from->wanted), *start},
            .is_endless = true});
}

}  // namespace scimd::api
