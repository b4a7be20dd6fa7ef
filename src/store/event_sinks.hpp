// How far what writes the log of events elsewhere has come.
#pragma once

#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <optional>
#include <string_view>

namespace scimd::store::event_sinks {

// Empty: it has never written anything.
std::optional<event_id> position_of(transaction& tx, std::string_view name);
void set_position(transaction& tx, std::string_view name, event_id position);

}  // namespace scimd::store::event_sinks
