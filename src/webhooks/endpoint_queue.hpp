// The delivery queue of one webhook endpoint: decides which request is sent next, and what the result of a
// request means (success, retry with backoff, dead letter, disabled endpoint). It has no sockets and no
// thread: the loop (delivery_loop.hpp) passes in the time, transactions and results.
//
// Events normally come from a window of the event log behind the endpoint's position. In the ordered mode an
// event that fails moves its directory to a directory queue: later events of that directory wait behind it,
// while those of others go on. In the concurrent mode the event is retried alone. Only directory queues and
// retries have rows in the store; the position stands for everything else.
//
// endpoint_queue.cpp chooses what to send; endpoint_queue_results.cpp handles results.
#pragma once

#include "base/crypto/random.hpp"
#include "base/crypto/secret.hpp"
#include "service/webhooks/webhook_schedule.hpp"
#include "service/webhooks/webhook_settlement.hpp"
#include "service/webhooks/webhook_url.hpp"
#include "service/webhooks/webhooks.hpp"
#include "webhooks/recent_events.hpp"
#include "webhooks/sender.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace scimd::webhooks {

constexpr std::size_t endpoint_attempts_max = 8;  // in flight to a healthy endpoint; to another one: 1

// The state that a queue starts from, read in the transaction that claims the endpoint.
struct claimed_endpoint {
    store::webhooks::endpoint row;
    std::vector<store::webhooks::directory_queue> directory_queues;
    service::webhooks::key_ring keys;
    organization_id tenant;  // whose events it gets; 0: those of all organizations
};

// One thread: that of the delivery loop.
class endpoint_queue {
public:
    // `rules` and `random` outlive it. A disabled endpoint gets test events only.
    endpoint_queue(
            claimed_endpoint claimed, const service::webhooks::target_rules& rules, random_source& random);

    [[nodiscard]] const store::webhooks::endpoint& row() const noexcept { return row_; }
    [[nodiscard]] organization_id tenant() const noexcept { return tenant_; }

    // Reads events that may be sent soon. true: there are more in the log.
    bool load(store::transaction& tx, recent_events& recent);

    // Returns the next request, with that number; empty: nothing is due, or enough requests are in flight.
    std::optional<delivery_request> take(std::uint64_t number, time_point now);

    void receive(const delivery_result& result, time_point now);

    // Returns the changes to write to the store; empty: none. A position that has moved without other changes
    // is written with a full flush only.
    std::optional<service::webhooks::settlement> settle(bool is_full_flush);
    // Called once these changes have been committed. Until then settle() returns nothing.
    void confirm();

    // Ends sending, because the endpoint has changed or the server is shutting down.
    void stop() noexcept { is_stopped_ = true; }
    // Nothing is in flight, and nothing is left to write.
    [[nodiscard]] bool is_at_rest() const noexcept;
    [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }

    // Its last attempt succeeded, so that it may have several requests in flight.
    [[nodiscard]] bool is_healthy() const noexcept;
    [[nodiscard]] std::size_t attempts() const noexcept { return attempts_.size(); }
    // The number of its latest request; 0: none yet.
    [[nodiscard]] std::uint64_t last_request() const noexcept { return last_request_; }

    // The next time after `now` at which something becomes due; empty: none is known.
    [[nodiscard]] std::optional<time_point> next_due(time_point now) const;
    // Whether the keys must be read again because one has expired.
    [[nodiscard]] bool is_outdated(time_point now) const noexcept;

private:
    enum class source { window, directory_queue, retry };

    struct window_slot {
        shared_event event;
        bool is_in_flight = false;
        bool is_settled = false;
    };
    struct directory_queue {
        store::webhooks::directory_queue row;
        std::deque<shared_event> waiting;  // the head first; empty: must be read
        std::int64_t read_sequence = 0;    // the last event that was read into `waiting`, by its sequence,
        event_id read_event;               // and by its id
        bool is_in_flight = false;
    };
    struct retry {
        store::webhooks::delivery row;
        shared_event event;  // null: a test event
        bool is_in_flight = false;
        bool is_reported = false;  // its row is being rewritten
    };
    struct attempt {
        source from = source::window;
        shared_event event;
        event_id id;
        directory_id directory;
        int attempt = 1;
        time_point started;
    };

    void load_window(store::transaction& tx, recent_events& recent, bool& has_more);
    void load_directory_queue(store::transaction& tx, directory_queue& into);
    void load_retries(store::transaction& tx);

    std::optional<attempt> take_from_window();
    std::optional<attempt> take_from_directory_queue(time_point now);
    std::optional<attempt> take_retry(time_point now);
    [[nodiscard]] bool is_busy(directory_id directory) const;
    delivery_request build_request(const attempt& next, std::uint64_t number, time_point now) const;

    void log_attempt(const attempt& made, const delivery_result& result);
    void settle_window(const attempt& made, const service::webhooks::step& next, const std::string& error);
    void settle_directory_queue(
            const attempt& made, const service::webhooks::step& next, const std::string& error);
    void settle_retry(const attempt& made, const service::webhooks::step& next, const std::string& error);
    void open_directory_queue(const attempt& made, time_point due, const std::string& error);
    void add_dead_letter(const attempt& made, const std::string& error);
    void record_directory_queue(const directory_queue& queue);
    void close_directory_queue(directory_id directory);
    [[nodiscard]] bool is_window_full() const noexcept;
    [[nodiscard]] bool are_retries_full() const;
    void advance();

    store::webhooks::endpoint row_;
    service::webhooks::key_ring keys_;
    organization_id tenant_;
    service::webhooks::retry_schedule schedule_;
    std::optional<service::webhooks::endpoint_url> url_;  // empty: the policy does not allow it any more
    std::string why_no_url_;
    random_source& random_;
    bool is_ordered_;
    bool is_stopped_ = false;

    std::deque<window_slot> window_;
    std::size_t window_bytes_ = 0;
    event_id read_up_to_;
    std::map<directory_id, directory_queue> directory_queues_;
    std::map<event_id, retry> retries_;
    std::optional<time_point> next_retry_ = time_point();  // when to read more; empty: there are no more
    std::map<std::uint64_t, attempt> attempts_;
    std::multiset<directory_id> busy_;  // directories of the attempts in flight
    unsigned turn_ = 0;                 // of the three sources
    std::uint64_t last_request_ = 0;

    service::webhooks::health health_;
    std::optional<time_point> last_success_;
    service::webhooks::settlement next_;  // changes since the last settle()
    event_id settled_position_;           // as of the last settle()
    bool has_changes_ = false;
    bool is_settling_ = false;
    bool are_rows_settling_ = false;
    std::vector<event_id> reported_;  // retries in the settlement that is being written
};

}  // namespace scimd::webhooks
