// The delivery state of webhook endpoints besides their position in the event log: queues of directories that
// are blocked by a failed event, retries of single events, dead letters, and the log of attempts. Tables
// webhook_directory_queues, webhook_deliveries and webhook_attempts. The logic is in webhooks/.
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

// --- directory queues: the events of one directory, in order, behind the endpoint's position

struct directory_queue {
    directory_id directory;             // 0: events that belong to no directory
    event_id settled;                   // everything up to this event is delivered or given up
    std::int64_t settled_sequence = 0;  // of that event
    event_id head;                      // the next event; 0: not known yet
    int attempts = 0;                   // made to deliver the head
    time_point due{};
    std::string last_error;
};
void put_directory_queue(
        transaction& tx, webhook_id owner, const directory_queue& what);  // inserts or replaces
void remove_directory_queue(transaction& tx, webhook_id owner, directory_id directory);
std::vector<directory_queue> list_directory_queues(
        transaction& tx, webhook_id owner, std::int64_t limit);  // in the order of directory ids

// A closed range of events.
struct event_span {
    event_id first;
    event_id last{std::numeric_limits<std::int64_t>::max()};
};

// Makes queues whose head is in the span due now; returns how many.
std::int64_t make_directory_queues_due(transaction& tx, webhook_id owner, const event_span& of);

// Calls `each` with the events of the queue in order, until it returns false.
void list_queued_events(transaction& tx, const directory_queue& of, std::int64_t limit,
        const std::function<bool(const events::event&)>& each);

// --- deliveries of single events

enum class delivery_state {
    waiting,  // for a retry
    dead,     // a dead letter: given up
};

struct delivery {
    event_id event;
    delivery_state state = delivery_state::waiting;
    int attempts = 0;
    time_point due{};
    std::optional<time_point> failed_at;  // time of the last attempt
    std::string last_error;
    std::optional<std::string> test_body;  // of a test delivery, which has no event
};
void put_delivery(transaction& tx, webhook_id owner, const delivery& what);  // inserts or replaces
bool remove_delivery(transaction& tx, webhook_id owner, event_id event);     // false: not found
std::optional<delivery> find_delivery(transaction& tx, webhook_id owner, event_id event);
// By due time.
std::vector<delivery> list_waiting(transaction& tx, webhook_id owner, std::int64_t limit);
// The dead letters after `after`, in the order of events.
std::vector<delivery> list_dead(transaction& tx, webhook_id owner, event_id after, std::int64_t limit);
// Counts up to `most`.
std::int64_t count_deliveries(transaction& tx, webhook_id owner, delivery_state state, std::int64_t most);

// Retries the deliveries of the span now: a dead letter starts again at its first attempt, a waiting delivery
// becomes due. Returns how many.
std::int64_t retry_deliveries(transaction& tx, webhook_id owner, const event_span& of, std::int64_t most);

std::optional<events::event> find_event(transaction& tx, event_id id);
// The first event after that one; empty when it is the newest.
std::optional<event_id> next_event(transaction& tx, event_id after);

// The oldest event that an enabled endpoint still has to deliver; empty when all are delivered. Retention
// must keep it and everything after it.
std::optional<event_id> oldest_needed(transaction& tx);

// --- the log of delivery attempts

constexpr std::size_t response_bytes_max = 1'024;  // stored of each response

struct attempt {
    webhook_attempt_id id;
    event_id event;
    int number = 1;
    time_point started{};
    std::optional<int> status;
    std::int64_t milliseconds = 0;
    std::string error;     // empty: it succeeded
    std::string response;  // the beginning of the response body, as printable text
};
void append_attempt(transaction& tx, webhook_id owner, const attempt& what);  // assigns the id
// Newest first, older than `before` (0: from the newest), only those of the event `of` (0: of all events).
std::vector<attempt> list_attempts(
        transaction& tx, webhook_id owner, event_id of, webhook_attempt_id before, std::int64_t limit);
bool has_attempts(transaction& tx, time_point before);
std::int64_t prune_attempts(transaction& tx, time_point before, std::int64_t most);  // returns how many

// Dead letters of events from before that time.
bool has_dead_letters(transaction& tx, time_point before);
std::int64_t prune_dead_letters(transaction& tx, time_point before, std::int64_t most);

}  // namespace scimd::store::webhooks
