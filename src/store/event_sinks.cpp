#include "store/event_sinks.hpp"

#include "store/engine/query.hpp"

namespace scimd::store::event_sinks {
namespace {

constexpr sql::statement select_position{
    "event_sinks.position",
    "select position from event_sinks where name = $1",
};

constexpr sql::statement upsert_position{
    "event_sinks.set_position",
    "insert into event_sinks (name, position) values ($1, $2)"
    " on conflict (name) do update set position = excluded.position",
};

}  // namespace

std::optional<event_id> position_of(transaction& tx, std::string_view name)
{
    return sql::one<event_id>(tx, select_position, {name});
}

void set_position(transaction& tx, std::string_view name, event_id position)
{
    tx.sql().run(upsert_position, {name, position.value});
}

}  // namespace scimd::store::event_sinks
