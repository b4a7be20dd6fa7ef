// The log of directory events.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::store::events {

// Takes the next sequence number of the directory, dense from 1, in this transaction.
std::int64_t next_sequence(transaction& tx, directory_id directory);

struct event {
    event_id id;                   // also the position in the environment's order of commit
    organization_id organization;  // 0: of the environment
    directory_id directory;        // 0: of none
    std::int64_t sequence = 0;     // 0 without a directory
    std::string type;
    std::string body;  // the envelope as it is delivered, byte for byte
};

// The columns id, organization_id, directory_id, sequence, type and body come first, in this order.
event read_event(const sql::row& current);

void append(transaction& tx, const event& what);

// In order: those after `after` (0: from the start) of the environment, or of one directory by its sequence.
// false stops.
void list_after(
    transaction& tx, event_id after, std::int64_t limit, const std::function<bool(const event&)>& each
);

// How many there are behind that one, counted up to `most`.
std::int64_t count_after(transaction& tx, event_id after, std::int64_t most);

void list_directory_after(
    transaction& tx,
    directory_id directory,
    std::int64_t after_sequence,
    std::int64_t limit,
    const std::function<bool(const event&)>& each
);

// --- event sinks: how far a copy of the log that is written elsewhere (stdout) has come

// Empty: the sink has never written anything.
std::optional<event_id> sink_position(transaction& tx, std::string_view sink);
void set_sink_position(transaction& tx, std::string_view sink, event_id position);

}  // namespace scimd::store::events
