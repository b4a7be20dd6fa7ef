// The parts that the server and the command line build alike: everything behind the site but the sockets.
#pragma once

#include "api/pipeline.hpp"
#include "base/crypto/random.hpp"
#include "base/crypto/vault.hpp"
#include "base/guarded_clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "jobs/clock_monitor.hpp"
#include "jobs/directory_jobs.hpp"
#include "jobs/organization_jobs.hpp"
#include "jobs/request_log_writer.hpp"
#include "jobs/retention_jobs.hpp"
#include "jobs/scheduler.hpp"
#include "jobs/storage_monitor.hpp"
#include "net/dns/dns.hpp"
#include "options/configuration.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "service/auth/last_used.hpp"
#include "service/auth/login_rate_limit.hpp"
#include "service/auth/token_cache.hpp"
#include "service/limits/rate_limit.hpp"
#include "service/lists/cursor.hpp"
#include "service/request_log/request_log.hpp"
#include "store/engine/database.hpp"
#include "store/unique_values.hpp"
#include "webhooks/delivery_loop.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scimd::app {

class house_keeping {
public:
    // Opens the store; what can be mended by a person is a result. Work is abandoned once the flag is set,
    // which outlives this; null: never.
    static result<std::unique_ptr<house_keeping>> open(
        const configuration& settings, logger& log, const std::atomic<bool>* is_cancelled = nullptr
    );

    house_keeping(const house_keeping&) = delete;
    house_keeping& operator=(const house_keeping&) = delete;
    ~house_keeping();

    [[nodiscard]] const api::site& site() const noexcept { return *site_; }
    [[nodiscard]] store::database& database() noexcept { return *database_; }
    [[nodiscard]] metrics& figures() noexcept { return figures_; }
    [[nodiscard]] std::string environment() const { return house_->environment.text(); }

    // What delivers webhooks works with.
    [[nodiscard]] delivery_surroundings webhook_surroundings();

    // Before the first request: the URL is known once a listener has its port.
    void set_public_url(std::string url) { house_->public_url = std::move(url); }

    // Before the first request of a server: what the store keeps to follow the schemas does so. An error is
    // theirs.
    result<void> follow_schemas() { return store::unique_values::reconcile(*database_, schemas_.all()); }

    // From now on the service says that it is not ready.
    void announce_drain() noexcept { is_draining_ = true; }

    // Rings after each group commit that changed something, on the writer's thread: must not block or throw.
    void on_commit(std::function<void()> bell);

    // Events that a sink beside the webhooks is still to be told of stay. Before the background starts.
    void hold_events(event_care::holder sinks) { events_->hold(std::move(sinks)); }

    // A further reason for not being ready, asked from any thread; empty text: none. Before the first
    // request.
    void add_readiness_check(std::function<std::string()> why_not);

    // A further job. Before the background starts.
    void add_job(background::job what) { background_.add(std::move(what)); }

    // Starts what goes on beside the requests.
    void start_background()
    {
        time_->save();
        background_.start();
    }

    // Ends the background, saves, then closes the store. Called once; without it the destructor does.
    void close();

private:
    house_keeping(
        const configuration& settings,
        scim::catalogue types,
        logger& log,
        const std::atomic<bool>* is_cancelled
    )
        : settings_(settings),
          log_(log),
          is_cancelled_(is_cancelled),
          wall_(machine_clock(), {.hold = settings.clock_hold}),
          schemas_(std::move(types)),
          background_(log)
    {
    }

    result<void> open_vault();
    result<std::string> renew_master_key(store::database& database);
    void rotate_signing_key_when_due();
    result<void> read_practice();
    void ring_bells();
    [[nodiscard]] std::string why_not_ready() const;
    void add_jobs();
    void forget_old_answers();
    void save_token_usage();  // does not wait for it

    const configuration settings_;
    logger& log_;
    const std::atomic<bool>* const is_cancelled_;
    guarded_clock wall_;
    std::unique_ptr<random_source> random_ = make_system_random();
    id_source ids_{wall_};
    metrics figures_;
    service::token_usage usage_;
    service::request_log requests_{figures_};
    service::verified_tokens verified_;
    service::guess_throttle guesses_{*random_};
    std::optional<service::request_rates> rates_;    // none: no limit
    std::optional<api::anonymous_rates> anonymous_;  // none: no limit
    scim::catalogue_set schemas_;
    std::atomic<bool> is_draining_{false};
    std::mutex bells_lock_;
    std::vector<std::function<void()>> bells_;
    std::vector<std::function<std::string()>> readiness_checks_;
    std::unique_ptr<store::database> database_;
    std::optional<vault> vault_;
    service::domain_claims::practice domains_;
    std::optional<service::cursor_seal> cursors_;
    std::optional<spool> long_replies_;
    std::optional<api::house> house_;
    std::optional<api::site> site_;
    std::optional<clock_watch> time_;
    std::optional<directory_care> care_;
    std::optional<event_care> events_;
    std::optional<storage_watch> storage_;
    std::unique_ptr<net::dns_resolver> resolver_;
    std::optional<organization_care> organizations_;
    std::optional<request_log_care> log_care_;
    background background_;
};

}  // namespace scimd::app
