// GET /api/v1/events: the log by cursor.
#include "api/manage_api.hpp"
#include "api/manage_read.hpp"
#include "store/events.hpp"

#include <limits>
#include <string>

namespace scimd::api {
namespace {

constexpr number_bounds limit_bounds{1, 1'000, 100};
constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t page_bytes_max = 4 * 1024 * 1024;  // a page ends early when its events are large

// Envelopes are put together as text: what is stored is what is sent, byte for byte.
struct page {
    std::string events;
    std::string cursor;
    std::int64_t count = 0;

    bool add(const store::events::event& one)
    {
        if (count > 0)
            events += ',';
        events += one.body;
        cursor = "c_" + std::to_string(one.id.value);
        ++count;
        return events.size() < page_bytes_max;
    }
};

struct position {
    std::optional<directory_id> directory;
    std::int64_t after = 0;  // an event's id, or with a directory its sequence
    std::string cursor;      // as it was given; empty: none, or a directory's sequence
    std::int64_t limit = 0;
};

result<position> read_position(const call& on)
{
    position from;
    const auto limit = number_parameter(on, "limit", limit_bounds);
    if (!limit)
        return limit.error();
    from.limit = *limit;
    if (const auto directory = on.where.parameter("directory_id"); directory && !directory->empty()) {
        from.directory = directory_id::parse(*directory);
        if (!from.directory)
            return error{errc::invalid_value, "directory_id is none of ours."};
        const auto after = number_parameter(on, "after_sequence", {0, number_max, 0});
        if (!after)
            return after.error();
        from.after = *after;
        return from;
    }
    if (const auto cursor = on.where.parameter("after"); cursor && !cursor->empty()) {
        const auto after = parse_prefixed(*cursor, "c_");
        if (!after)
            return error{errc::invalid_value, "after must be a cursor, as events carry them."};
        from.after = *after;
        from.cursor = *cursor;
    }
    return from;
}

}  // namespace

reply list_events(const house&, call& on)
{
    const auto from = read_position(on);
    if (!from)
        return manage_error(from.error());
    return work{store::intent::scan, [from = *from](store::transaction& tx) -> reply {
                    page read;
                    std::int64_t seen = 0;
                    const auto take = [&](const store::events::event& one) {
                        ++seen;
                        return read.count < from.limit && read.add(one);
                    };
                    if (from.directory)
                        store::events::list_directory_after(
                            tx, *from.directory, from.after, from.limit + 1, take
                        );
                    else
                        store::events::list_after(tx, event_id{from.after}, from.limit + 1, take);
                    if (read.cursor.empty())
                        read.cursor = from.cursor;
                    const bool has_more = seen > read.count || read.events.size() >= page_bytes_max;
                    auto response = manage_response(200, {});
                    response.body = "{\"events\":[" + read.events + "],\"next_cursor\":\"" + read.cursor +
                                    "\",\"has_more\":" + (has_more ? "true" : "false") + "}";
                    return response;
                }};
}

}  // namespace scimd::api
