// Writing and reading of events: the transactional outbox. An event is written in the transaction of the
// change that it reports. Tables events and event_sinks. Filtered reading and retention are in
// store/event_log.hpp.
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

// Takes the next sequence number of the directory. Numbers start at 1 and have no gaps, because they are
// taken in the transaction that writes the event.
std::int64_t next_sequence(transaction& tx, directory_id directory);

struct event {
    event_id id;                   // the position in the log: ids follow the order of commits
    organization_id organization;  // 0: an event of the environment
    directory_id directory;        // 0: none
    std::int64_t sequence = 0;     // 0 without a directory
    std::string type;
    std::string body;  // the envelope as it is delivered, byte for byte
};

// Expects the columns id, organization_id, directory_id, sequence, type and body first, in this order.
event read_event(const sql::row& current);

void append(transaction& tx, const event& what);

// Calls `each` with the events after `after` (0: from the start) in order, until it returns false.
void list_after(
        transaction& tx, event_id after, std::int64_t limit, const std::function<bool(const event&)>& each);

// The number of events after that one, counted up to `most`.
std::int64_t count_after(transaction& tx, event_id after, std::int64_t most);

// list_after() for one directory, by sequence number.
void list_directory_after(transaction& tx, directory_id directory, std::int64_t after_sequence,
        std::int64_t limit, const std::function<bool(const event&)>& each);

// --- event sinks: the position up to which a copy of the log was written elsewhere, for example to stdout

// Empty: the sink has never written anything.
std::optional<event_id> sink_position(transaction& tx, std::string_view sink);
void set_sink_position(transaction& tx, std::string_view sink, event_id position);

}  // namespace scimd::store::events
