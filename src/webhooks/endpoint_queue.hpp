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

namespace scimd::app {

constexpr std::size_t flights_max = 8;  // to one endpoint, once it has been seen to answer

// What a courier starts from, read in the transaction that claims the endpoint.
struct round {
    store::webhooks::endpoint row;
    std::vector<store::webhooks::lane> lanes;
    service::webhooks::key_ring ring;
    organization_id tenant;  // whose events it is told of; 0: everybody's
};

class courier {
public:
    // `rules` and `random` outlive it. Of a disabled endpoint only tests are delivered.
    courier(round from, const service::webhooks::target_rules& rules, random_source& random);

    [[nodiscard]] const store::webhooks::endpoint& row() const noexcept { return row_; }
    [[nodiscard]] organization_id tenant() const noexcept { return tenant_; }

    // Reads what may be sent soon. true: there is more where it came from.
    bool load(store::transaction& tx, event_tape& tape);

    // The next shipment, under that number; empty: nothing is due, or enough is on its way.
    std::optional<shipment> take(std::uint64_t number, time_point now);

    void receive(const receipt& what, time_point now);

    // What is to be written; empty: nothing. The position alone is written when `is_thorough`.
    std::optional<service::webhooks::settlement> settle(bool is_thorough);
    // That has been written.
    void confirm();

    // Nothing is sent any more: the endpoint has changed, or the service ends.
    void retire() noexcept { is_retired_ = true; }
    // Nothing is on its way, and nothing is unwritten.
    [[nodiscard]] bool is_at_rest() const noexcept;
    [[nodiscard]] bool is_retired() const noexcept { return is_retired_; }

    // Its last attempt succeeded, so it may have several at once.
    [[nodiscard]] bool is_proven() const noexcept;
    [[nodiscard]] std::size_t flights() const noexcept { return flights_.size(); }
    // The number of what it was last given to send; 0: nothing yet.
    [[nodiscard]] std::uint64_t last_shipment() const noexcept { return last_shipment_; }

    // When something is due that is not now; empty: nothing that it knows of.
    [[nodiscard]] std::optional<time_point> next_due(time_point now) const;
    // The keys are to be read again: one has expired.
    [[nodiscard]] bool is_outdated(time_point now) const noexcept;

private:
    enum class source { plain, lane, single };

    struct slot {  // of the window
        shared_event what;
        bool is_taken = false;
        bool is_settled = false;
    };
    struct lane {
        store::webhooks::lane row;
        std::deque<shared_event> waiting;  // the head first; empty: to be read
        std::int64_t read_sequence = 0;    // what is in `waiting` or settled goes up to here,
        event_id read_event;               // or, without a directory, to here
        bool is_flying = false;
    };
    struct single {
        store::webhooks::delivery row;
        shared_event what;  // nullptr: a test
        bool is_flying = false;
        bool is_reported = false;  // its row is being rewritten
    };
    struct flight {
        source from = source::plain;
        shared_event what;
        event_id id;
        directory_id directory;
        int attempt = 1;
        time_point started;
    };

    void load_window(store::transaction& tx, event_tape& tape, bool& has_more);
    void load_lane(store::transaction& tx, lane& into);
    void load_singles(store::transaction& tx);

    std::optional<flight> take_plain();
    std::optional<flight> take_lane(time_point now);
    std::optional<flight> take_single(time_point now);
    [[nodiscard]] bool is_busy(directory_id directory) const;
    shipment pack(const flight& what, std::uint64_t number, time_point now) const;

    void log_attempt(const flight& made, const receipt& what);
    void settle_plain(const flight& made, const service::webhooks::step& next, const std::string& why);
    void settle_lane(const flight& made, const service::webhooks::step& next, const std::string& why);
    void settle_single(const flight& made, const service::webhooks::step& next, const std::string& why);
    void open_lane(const flight& made, time_point due, const std::string& why);
    void bury(const flight& made, const std::string& why);
    void note_lane(const lane& what);
    void close_lane(directory_id directory);
    [[nodiscard]] bool is_window_full() const noexcept;
    [[nodiscard]] bool are_singles_full() const;
    void advance();

    store::webhooks::endpoint row_;
    service::webhooks::key_ring ring_;
    organization_id tenant_;
    service::webhooks::retry_schedule schedule_;
    std::optional<service::webhooks::endpoint_url> url_;  // empty: the rules do not allow it any more
    std::string why_no_url_;
    random_source& random_;
    bool is_ordered_;
    bool is_retired_ = false;

    std::deque<slot> window_;
    std::size_t window_bytes_ = 0;
    event_id read_up_to_;
    std::map<directory_id, lane> lanes_;
    std::map<event_id, single> singles_;
    std::optional<time_point> next_single_ = time_point();  // when to look for more; empty: there is none
    std::map<std::uint64_t, flight> flights_;
    std::multiset<directory_id> busy_;  // of the flights
    unsigned turn_ = 0;
    std::uint64_t last_shipment_ = 0;

    service::webhooks::health health_;
    std::optional<time_point> last_success_;
    service::webhooks::settlement next_;  // what has not been handed out yet
    event_id position_handed_out_;
    bool has_news_ = false;
    bool is_settling_ = false;
    bool are_rows_settling_ = false;
    std::vector<event_id> reported_;  // singles in the settlement that is being written
};

}  // namespace scimd::app
