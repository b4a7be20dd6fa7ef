// Delivers events to webhook endpoints: the loop around its couriers.
//
// A courier (webhooks/endpoint_queue.hpp) decides for its endpoint, the sender carries. What has come of it
// is written together for all endpoints, one transaction after the other, and an endpoint is delivered to by
// whoever has its lease: results of one that has lost it are dropped.
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
    std::string owner;               // of the leases; another process has another one
    bool has_store_alone = true;     // leases of an earlier process are void
    std::size_t attempts_max = 512;  // at a time, to all endpoints
    std::size_t unhealthy_attempts_max =
        256;  // of those, to endpoints whose last attempt failed or that have had none
    std::chrono::seconds lease{60};
};

// What it works with. All outlive it.
struct delivery_dependencies {
    store::database& database;
    const clock& wall_clock;
    random_source& random;
    const vault& key_vault;
    const service::webhooks::target_rules& rules;
    environment_id environment;
    logger& log;
    metrics_registry& metrics;
    const std::atomic<bool>* is_cancelled = nullptr;  // once it is set, the end waits for nothing
};

// One thread, but for ring().
class delivery_loop {
public:
    delivery_loop(delivery_options options, const delivery_dependencies& dependencies, sender& out);
    ~delivery_loop();
    delivery_loop(const delivery_loop&) = delete;
    delivery_loop& operator=(const delivery_loop&) = delete;

    // Something has been committed. Any thread; does not block.
    void notify() noexcept;

    // One round: takes receipts, looks for changes, sends what is due, writes what has come of it. Returns
    // how long it may be waited before the next one.
    std::chrono::milliseconds run_once();

    // Waits in the sender, which a ring() ends.
    void wait(std::chrono::milliseconds patience);

    // Sends nothing more; turns go on until what is under way is written, at most that long.
    void finish(std::chrono::milliseconds patience);

    // Whether all that has come back so far is in the store.
    [[nodiscard]] bool is_written() const
    {
        return write_state_ == write_state::idle && settlements_.empty();
    }

private:
    enum class write_state { idle, under_way, done, refused };

    struct attempt {
        webhook_id to;
        organization_id tenant;
        bool is_unhealthy = false;
    };
    void take_results();
    void record_result(const delivery_result& what);
    void wake_due(time_point now);
    void record_time(time_point now);
    void load();
    void follow_log(store::transaction& tx);
    void read_endpoints(store::transaction& tx);
    void reconcile();
    void stop_outdated();
    void claim_endpoints();
    void send_due();
    bool send_next(endpoint_queue& from);
    void park(time_point now);
    void write_results(bool is_thorough);
    void collect_settlements(bool is_thorough);
    bool record_written();
    void renew_leases();
    [[nodiscard]] bool may_send() const;
    [[nodiscard]] bool is_at_rest() const;
    [[nodiscard]] std::chrono::milliseconds until_next() const;

    delivery_options options_;
    delivery_dependencies dependencies_;
    sender& out_;
    recent_events recent_{event_id{}};
    std::map<webhook_id, std::int64_t> endpoint_revisions_;  // endpoints to deliver to, and their revisions
    std::map<webhook_id, std::unique_ptr<endpoint_queue>> queues_;
    std::map<std::uint64_t, attempt> attempts_;
    tenant_limiter in_flight_tenants_;
    tenant_limiter unhealthy_;
    // Endpoints that something has happened to: an event, a receipt, a time that has come. The others, and
    // they may be thousands, are not looked at.
    std::set<webhook_id> ready_;
    std::set<std::pair<time_point, webhook_id>> timers_;
    std::set<webhook_id> ready_next_;                // in the next turn as well
    std::set<webhook_id> looked_at_;                 // since settlements were last collected
    std::set<organization_id> tenants_with_events_;  // have had events that nobody has been woken for yet
    std::size_t unannounced_events_ = 0;
    std::uint64_t last_number_ = 0;
    std::int64_t known_changes_ = -1;
    std::vector<delivery_result> results_;
    std::size_t unsettled_ = 0;  // receipts since the last round was written
    bool is_finishing_ = false;
    time_point last_turn_{};
    time_point reconcile_at_{};
    time_point open_at_{};  // not before
    time_point next_full_flush_{};
    time_point renew_at_{};
    time_point write_at_{};  // not before

    std::atomic<bool> is_notified_{true};
    std::vector<service::webhooks::settlement> settlements_;  // the round that is being written
    std::vector<webhook_id> lost_;                            // of it: somebody else's now
    std::size_t given_up_ = 0;                                // of it: deliveries
    std::atomic<write_state> write_state_{write_state::idle};
    std::mutex writing_lock_;
    std::condition_variable written_round_;

    counter& successes_;
    counter& failures_;
    counter& exhausted_;
    gauge& in_flight_;
    histogram& attempt_time_;
};

}  // namespace scimd::webhooks
