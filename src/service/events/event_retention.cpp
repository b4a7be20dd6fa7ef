#include "service/events/event_retention.hpp"

#include "base/clock.hpp"
#include "base/json/json.hpp"
#include "base/time.hpp"
#include "store/event_log.hpp"
#include "store/usage.hpp"
#include "store/webhook_deliveries.hpp"

#include <algorithm>
#include <limits>

namespace scimd::service {
namespace {

constexpr std::int64_t surplus_rows_max = 20'000;
constexpr std::int64_t surplus_measured_max = 1'000;  // events whose bytes one call adds up

event_id last_deletable(store::transaction& tx, std::optional<event_id> held_from) {
    const event_id none{std::numeric_limits<std::int64_t>::max()};
    const auto needed = store::webhooks::oldest_needed(tx).value_or(none);
    return {std::min(needed, held_from.value_or(none)).value - 1};
}

// The time from which the age of events counts: that of the newest event, so that a clock that is ahead
// deletes nothing by itself. It is read from the event, because ids continue from one that a wrong clock has
// given.
time_point reference_time(store::transaction& tx) {
    const auto newest = store::event_log::newest_body(tx);
    const auto body = newest ? parse_json_object(*newest, {.nodes_max = SIZE_MAX}) : json::object();
    const auto* at = body ? find_string(*body, "occurred_at") : nullptr;
    const auto parsed = at ? parse_rfc3339(*at) : std::nullopt;
    return std::min(tx.now(), parsed.value_or(tx.now()));
}

}  // namespace

event_id expired_up_to(store::transaction& tx, const event_retention& limits) {
    const event_id aged{first_id_at(reference_time(tx) - limits.kept_for) - 1};
    auto up_to = aged;
    const auto surplus = std::min(store::event_log::total(tx) - limits.events_max, surplus_rows_max);
    if (surplus > 0)
        up_to = std::max(up_to, store::event_log::last_of_oldest(tx, surplus));
    const auto bytes = store::usage::event_bytes(tx) - limits.bytes_max;
    if (bytes > 0)
        up_to = std::max(up_to, store::event_log::last_of_oldest_bytes(tx, bytes, surplus_measured_max));
    return up_to;
}

std::optional<directory_id> next_with_surplus(store::transaction& tx, const event_retention& limits,
        std::optional<event_id> held_from, directory_id after) {
    const auto last = last_deletable(tx, held_from);
    auto found = store::usage::next_event_surplus(tx, limits.directory_bytes_max, after);
    while (found && store::event_log::oldest_of(tx, found->directory) > last)
        found = store::usage::next_event_surplus(tx, limits.directory_bytes_max, found->directory);
    return found ? std::optional(found->directory) : std::nullopt;
}

std::int64_t delete_surplus(store::transaction& tx, const event_retention& limits, directory_id directory,
        std::optional<event_id> held_from, std::int64_t rows_max) {
    const auto found =
            store::usage::next_event_surplus(tx, limits.directory_bytes_max, {directory.value - 1});
    if (!found || found->directory != directory)
        return 0;
    const auto last = last_deletable(tx, held_from);
    return store::event_log::delete_oldest_of(tx, directory, last, found->bytes, rows_max);
}

bool has_deletable(store::transaction& tx, event_id up_to, std::optional<event_id> held_from) {
    const auto oldest = store::event_log::oldest(tx);
    return oldest.value != 0 && oldest <= up_to && oldest <= last_deletable(tx, held_from);
}

std::int64_t delete_events(
        store::transaction& tx, event_id up_to, std::optional<event_id> held_from, std::int64_t rows_max) {
    return store::event_log::delete_up_to(tx, std::min(up_to, last_deletable(tx, held_from)), rows_max);
}

}  // namespace scimd::service
