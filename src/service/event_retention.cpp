#include "service/event_retention.hpp"

#include "base/clock.hpp"
#include "store/feed.hpp"
#include "store/webhook_deliveries.hpp"

#include <algorithm>
#include <limits>

namespace scimd::service {
namespace {

constexpr std::int64_t surplus_looked_at_max = 20'000;

event_id last_not_needed(store::transaction& tx, std::optional<event_id> held_from)
{
    const event_id none{std::numeric_limits<std::int64_t>::max()};
    const auto needed = store::webhooks::oldest_needed(tx).value_or(none);
    return {std::min(needed, held_from.value_or(none)).value - 1};
}

}  // namespace

event_id expired_up_to(store::transaction& tx, const event_retention& kept)
{
    const event_id aged{first_id_at(tx.now() - kept.kept_for) - 1};
    const auto surplus = std::min(store::feed::total(tx) - kept.events_max, surplus_looked_at_max);
    return surplus <= 0 ? aged : std::max(aged, store::feed::last_of_oldest(tx, surplus));
}

bool has_deletable(store::transaction& tx, event_id up_to, std::optional<event_id> held_from)
{
    const auto oldest = store::feed::oldest(tx);
    return oldest.value != 0 && oldest <= up_to && oldest <= last_not_needed(tx, held_from);
}

std::int64_t delete_events(
    store::transaction& tx, event_id up_to, std::optional<event_id> held_from, std::int64_t rows_max
)
{
    return store::feed::delete_up_to(tx, std::min(up_to, last_not_needed(tx, held_from)), rows_max);
}

}  // namespace scimd::service
