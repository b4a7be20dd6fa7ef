// Everything about the deliveries to one endpoint: what is to be sent next, and what has come of it. Knows
// neither sockets nor threads; the loop (webhooks/delivery_loop.hpp) brings it the time, the store and the
// receipts.
//
// The plain course is a window of events behind the endpoint's position. In the ordered mode an event that
// fails makes a lane of its directory: its later events wait behind it, while the others go on. In the
// concurrent mode it becomes a single delivery. Only lanes and single deliveries have rows; the position says
// the rest.
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

constexpr std::size_t endpoint_attempts_max = 8;  // to one endpoint, once it has been seen to answer

// What a courier starts from, read in the transaction that claims the endpoint.
struct claimed_endpoint {
    store::webhooks::endpoint row;
    std::vector<store::webhooks::directory_queue> directory_queues;
    service::webhooks::key_ring keys;
    organization_id tenant;  // whose events it is told of; 0: everybody's
};

class endpoint_queue {
public:
    // `rules` and `random` outlive it. Of a disabled endpoint only tests are delivered.
    endpoint_queue(
        claimed_endpoint from, const service::webhooks::target_rules& rules, random_source& random
    );

    [[nodiscard]] const store::webhooks::endpoint& row() const noexcept { return row_; }
    [[nodiscard]] organization_id tenant() const noexcept { return tenant_; }

    // Reads what may be sent soon. true: there is more where it came from.
    bool load(store::transaction& tx, recent_events& recent);

    // The next shipment, under that number; empty: nothing is due, or enough is on its way.
    std::optional<delivery_request> take(std::uint64_t number, time_point now);

    void receive(const delivery_result& what, time_point now);

    // What is to be written; empty: nothing. The position alone is written when `is_thorough`.
    std::optional<service::webhooks::settlement> settle(bool is_thorough);
    // That has been written.
    void confirm();

    // Nothing is sent any more: the endpoint has changed, or the service ends.
    void stop() noexcept { is_stopped_ = true; }
    // Nothing is on its way, and nothing is unwritten.
    [[nodiscard]] bool is_at_rest() const noexcept;
    [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }

    // Its last attempt succeeded, so it may have several at once.
    [[nodiscard]] bool is_healthy() const noexcept;
    [[nodiscard]] std::size_t attempts() const noexcept { return attempts_.size(); }
    // The number of what it was last given to send; 0: nothing yet.
    [[nodiscard]] std::uint64_t last_request() const noexcept { return last_request_; }

    // When something is due that is not now; empty: nothing that it knows of.
    [[nodiscard]] std::optional<time_point> next_due(time_point now) const;
    // The keys are to be read again: one has expired.
    [[nodiscard]] bool is_outdated(time_point now) const noexcept;

private:
    enum class source { window, directory_queue, retry };

    struct slot {  // of the window
        shared_event what;
        bool is_in_flight = false;
        bool is_settled = false;
    };
    struct directory_queue {
        store::webhooks::directory_queue row;
        std::deque<shared_event> waiting;  // the head first; empty: to be read
        std::int64_t read_sequence = 0;    // what is in `waiting` or settled goes up to here,
        event_id read_event;               // or, without a directory, to here
        bool is_in_flight = false;
    };
    struct single_retry {
        store::webhooks::delivery row;
        shared_event what;  // nullptr: a test
        bool is_in_flight = false;
        bool is_reported = false;  // its row is being rewritten
    };
    struct attempt {
        source from = source::window;
        shared_event what;
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
    delivery_request build_request(const attempt& what, std::uint64_t number, time_point now) const;

    void log_attempt(const attempt& made, const delivery_result& what);
    void settle_window(const attempt& made, const service::webhooks::step& next, const std::string& why);
    void settle_directory_queue(
        const attempt& made, const service::webhooks::step& next, const std::string& why
    );
    void settle_retry(const attempt& made, const service::webhooks::step& next, const std::string& why);
    void open_directory_queue(const attempt& made, time_point due, const std::string& why);
    void add_dead_letter(const attempt& made, const std::string& why);
    void record_directory_queue(const directory_queue& what);
    void close_directory_queue(directory_id directory);
    [[nodiscard]] bool is_window_full() const noexcept;
    [[nodiscard]] bool are_retries_full() const;
    void advance();

    store::webhooks::endpoint row_;
    service::webhooks::key_ring keys_;
    organization_id tenant_;
    service::webhooks::retry_schedule schedule_;
    std::optional<service::webhooks::endpoint_url> url_;  // empty: the rules do not allow it any more
    std::string why_no_url_;
    random_source& random_;
    bool is_ordered_;
    bool is_stopped_ = false;

    std::deque<slot> window_;
    std::size_t window_bytes_ = 0;
    event_id read_up_to_;
    std::map<directory_id, directory_queue> directory_queues_;
    std::map<event_id, single_retry> retries_;
    std::optional<time_point> next_retry_ = time_point();  // when to look for more; empty: there is none
    std::map<std::uint64_t, attempt> attempts_;
    std::multiset<directory_id> busy_;  // of the flights
    unsigned turn_ = 0;
    std::uint64_t last_request_ = 0;

    service::webhooks::health health_;
    std::optional<time_point> last_success_;
    service::webhooks::settlement next_;  // what has not been handed out yet
    event_id position_handed_out_;
    bool has_changes_ = false;
    bool is_settling_ = false;
    bool are_rows_settling_ = false;
    std::vector<event_id> reported_;  // singles in the settlement that is being written
};

}  // namespace scimd::webhooks
