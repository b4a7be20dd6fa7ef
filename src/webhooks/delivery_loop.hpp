// The webhook delivery loop: follows the event log (the outbox), lets each endpoint's queue choose its next
// request, hands requests to the sender and writes the results.
//
// An endpoint_queue decides for its endpoint; the sender does the I/O. Results of all endpoints are written
// together, one transaction at a time. A process delivers to an endpoint only while it has its lease; the
// results of a process that has lost it are dropped.
#pragma once

#include "base/clock.hpp"
#include "base/crypto/random.hpp"
#include "base/crypto/vault.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "service/webhooks/webhook_settlement.hpp"
#include "store/engine/database.hpp"
#include "webhooks/endpoint_queue.hpp"
#include "webhooks/recent_events.hpp"
#include "webhooks/sender.hpp"
#include "webhooks/tenant_limiter.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace scimd::webhooks {

struct delivery_options {
    std::string owner;               // of the leases; unique to the process
    bool has_store_alone = true;     // leases of earlier processes are released at the start
    std::size_t attempts_max = 512;  // in flight, to all endpoints
    // In flight to endpoints whose last attempt failed or that have had none, so that slow and dead endpoints
    // cannot take all attempts.
    std::size_t unhealthy_attempts_max = 256;
    std::chrono::seconds lease{60};
};

// All outlive the loop.
struct delivery_dependencies {
    store::database& database;
    const clock& wall_clock;
    random_source& random;
    const vault& key_vault;
    const service::webhooks::target_rules& rules;
    environment_id environment;
    logger& log;
    metrics_registry& metrics;
    const std::atomic<bool>* is_cancelled = nullptr;  // once it is set, finish() waits for nothing
};

// One thread, except for notify().
class delivery_loop {
public:
    delivery_loop(delivery_options options, const delivery_dependencies& dependencies, sender& out);
    ~delivery_loop();
    delivery_loop(const delivery_loop&) = delete;
    delivery_loop& operator=(const delivery_loop&) = delete;

    // Called after a commit. Any thread; does not block.
    void notify() noexcept;

    // One iteration: takes results, reads changes, sends what is due, writes results. Returns how long wait()
    // may wait before the next one.
    std::chrono::milliseconds run_once();

    // Waits in the sender until something happens, notify() is called, or the time has passed.
    void wait(std::chrono::milliseconds time_max);

    // Graceful shutdown: sends nothing more, and runs until the results of all requests in flight are
    // written, for `time_max` at most.
    void finish(std::chrono::milliseconds time_max);

    // Whether all results so far are in the store.
    [[nodiscard]] bool is_written() const {
        return write_state_ == write_state::idle && settlements_.empty();
    }

private:
    enum class write_state { idle, running, done, failed };

    struct attempt {
        webhook_id endpoint;
        organization_id tenant;
        bool is_unhealthy = false;
    };
    void take_results();
    void record_result(const delivery_result& result);
    void wake_due(time_point now);
    void record_time(time_point now);
    void load();
    void follow_log(store::transaction& tx);
    void read_endpoints(store::transaction& tx);
    void reconcile();
    void stop_outdated();
    void claim_endpoints();
    void send_due();
    bool send_next(endpoint_queue& queue);
    void park(time_point now);
    void write_results(bool is_full_flush);
    void collect_settlements(bool is_full_flush);
    bool finish_write();
    void renew_leases();
    [[nodiscard]] bool may_send() const;
    [[nodiscard]] bool is_at_rest() const;
    [[nodiscard]] std::chrono::milliseconds until_next() const;

    delivery_options options_;
    delivery_dependencies dependencies_;
    sender& out_;
    recent_events recent_{event_id{}};
    std::map<webhook_id, std::int64_t> endpoint_revisions_;  // of the endpoints to deliver to
    std::map<webhook_id, std::unique_ptr<endpoint_queue>> queues_;
    std::map<std::uint64_t, attempt> attempts_;
    tenant_limiter in_flight_tenants_;
    tenant_limiter unhealthy_;
    // Endpoints with an event, a result or a timer that has expired. All others, which may be thousands, cost
    // an iteration nothing.
    std::set<webhook_id> ready_;
    std::set<std::pair<time_point, webhook_id>> timers_;
    std::set<webhook_id> ready_next_;                // stay ready for the next iteration
    std::set<webhook_id> visited_;                   // since settlements were last collected
    std::set<organization_id> tenants_with_events_;  // new events that have not made endpoints ready yet
    std::size_t unread_events_ = 0;                  // since all endpoints were last made ready
    std::uint64_t last_number_ = 0;
    std::int64_t known_changes_ = -1;
    std::vector<delivery_result> results_;
    std::size_t unsettled_ = 0;  // results since the last write began
    bool is_finishing_ = false;
    time_point last_run_{};
    time_point reconcile_at_{};
    time_point claim_at_{};
    time_point next_full_flush_{};
    time_point renew_at_{};
    time_point write_at_{};

    std::atomic<bool> is_notified_{true};
    std::vector<service::webhooks::settlement> settlements_;  // the write that is running
    std::vector<webhook_id> lost_;                            // its endpoints whose lease was lost
    std::size_t given_up_ = 0;                                // its deliveries that became dead letters
    std::atomic<write_state> write_state_{write_state::idle};
    std::mutex writing_lock_;
    std::condition_variable write_ended_;

    counter& successes_;
    counter& failures_;
    counter& exhausted_;
    gauge& in_flight_;
    histogram& attempt_time_;
};

}  // namespace scimd::webhooks
