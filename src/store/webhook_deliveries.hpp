// What is being delivered beside the plain course of events: directories that stand still, single events that
// are tried again or not any more; and the log of attempts.
#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "store/engine/transaction.hpp"
#include "store/events.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::store::webhooks {

// --- lanes: the events of one directory, in order, behind the endpoint's position

struct directory_queue {
    directory_id directory;  // 0: what belongs to no directory
    event_id settled;        // up to here, and
    std::int64_t settled_sequence = 0;
    event_id head;     // the first that is not; 0: not known yet
    int attempts = 0;  // made on the head
    time_point due{};
    std::string last_error;
};
void put_directory_queue(
    transaction& tx, webhook_id owner, const directory_queue& what
);  // replaces the directory's
void remove_directory_queue(transaction& tx, webhook_id owner, directory_id directory);
std::vector<directory_queue> list_directory_queues(
    transaction& tx, webhook_id owner, std::int64_t limit
);  // by directory

// From the one to the other, both with it.
struct event_span {
    event_id first;
    event_id last{std::numeric_limits<std::int64_t>::max()};
};

// Those that wait with an event of the span are due at once; how many.
std::int64_t make_directory_queues_due(transaction& tx, webhook_id owner, const event_span& of);

// In order, those behind what is settled. false stops.
void list_queued_events(
    transaction& tx,
    const directory_queue& of,
    std::int64_t limit,
    const std::function<bool(const events::event&)>& each
);

// --- single events

enum class delivery_state { waiting, dead };

struct delivery {
    event_id event;
    delivery_state state = delivery_state::waiting;
    int attempts = 0;
    time_point due{};
    std::optional<time_point> failed_at;  // when the last attempt was
    std::string last_error;
    std::optional<std::string> test_body;  // of what is no event but a test
};
void put_delivery(transaction& tx, webhook_id owner, const delivery& what);  // replaces the event's
bool remove_delivery(transaction& tx, webhook_id owner, event_id event);     // false: there was none
std::optional<delivery> find_delivery(transaction& tx, webhook_id owner, event_id event);
// Those that wait, the first due first.
std::vector<delivery> list_waiting(transaction& tx, webhook_id owner, std::int64_t limit);
// In the order of events.
std::vector<delivery> list_dead(transaction& tx, webhook_id owner, event_id after, std::int64_t limit);
std::int64_t count_deliveries(transaction& tx, webhook_id owner, delivery_state state, std::int64_t most);

// Those whose event is of the span: the dead wait again, from their first attempt, and the waiting are due at
// once. How many.
std::int64_t retry_deliveries(transaction& tx, webhook_id owner, const event_span& of, std::int64_t most);

std::optional<events::event> find_event(transaction& tx, event_id id);
// The first event behind that one; empty: it is the newest.
std::optional<event_id> next_event(transaction& tx, event_id after);

// The first event that somebody is still to be told of, of endpoints that are enabled; empty: there is none.
// The log must not be cut behind it.
std::optional<event_id> oldest_needed(transaction& tx);

// --- the log

constexpr std::size_t response_bytes_max = 1'024;  // of the text kept

struct attempt {
    webhook_attempt_id id;
    event_id event;
    int number = 1;
    time_point started{};
    std::optional<int> status;
    std::int64_t milliseconds = 0;
    std::string error;     // why it failed; empty: it did not
    std::string response;  // the beginning of what the receiver answered, as printable text
};
void append_attempt(transaction& tx, webhook_id owner, const attempt& what);  // the id is given here
// Newest first, older than `before` (0: from the newest); of one event unless it is 0.
std::vector<attempt> list_attempts(
    transaction& tx, webhook_id owner, event_id of, webhook_attempt_id before, std::int64_t limit
);
bool has_attempts(transaction& tx, time_point before);
std::int64_t prune_attempts(transaction& tx, time_point before, std::int64_t most);  // how many went

// Dead letters whose events are older than that.
bool has_dead_letters(transaction& tx, time_point before);
std::int64_t prune_dead_letters(transaction& tx, time_point before, std::int64_t most);

}  // namespace scimd::store::webhooks
