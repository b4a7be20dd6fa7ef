// The application: builds the store, the services, the API and the background jobs. A server puts sockets in
// front of it (server_process.hpp); a command without a server uses it in process (cli/commands.hpp).
#pragma once

#include "api/pipeline.hpp"
#include "base/crypto/random.hpp"
#include "base/crypto/vault.hpp"
#include "base/guarded_clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "jobs/clock_monitor.hpp"
#include "jobs/credential_jobs.hpp"
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

// Owns all parts; they refer to each other and end in the reverse order. Requests run on any thread; all
// other functions are called by the thread that owns this, unless they say otherwise.
class application {
public:
    // Opens the store. Problems that an operator can solve are errors. Running work is cancelled once the
    // flag is set, which outlives this; null: never.
    static result<std::unique_ptr<application>> open(const options::configuration& settings, logger& log,
            const std::atomic<bool>* is_cancelled = nullptr);

    application(const application&) = delete;
    application& operator=(const application&) = delete;
    ~application();

    [[nodiscard]] const api::request_pipeline& pipeline() const noexcept { return *pipeline_; }
    [[nodiscard]] store::database& database() noexcept { return *database_; }
    [[nodiscard]] metrics_registry& metrics() noexcept { return metrics_; }
    [[nodiscard]] std::string environment() const { return server_context_->environment.text(); }

    [[nodiscard]] webhooks::delivery_dependencies webhook_dependencies();

    // Before the first request: the URL is known once a listener has its port.
    void set_public_url(std::string url) { server_context_->public_url = std::move(url); }

    // Brings indexed values in line with the schemas. Before the first request of a server. An error is one
    // of the schemas.
    result<void> follow_schemas() { return store::unique_values::reconcile(*database_, schemas_.all()); }

    // From now on /readyz answers that the server is not ready. Any thread.
    void announce_drain() noexcept { is_draining_ = true; }

    // Calls `notify` after each group commit that changed something, on the writer's thread: it must not
    // block or throw. Any thread.
    void on_commit(std::function<void()> notify);

    // Keeps the events that event sinks have not taken yet. Before start_jobs().
    void retain_events(jobs::retention_jobs::first_needed_event sinks) {
        retention_jobs_->retain(std::move(sinks));
    }

    // Adds a reason for not being ready, which is asked for on any thread; an empty text: ready. Before the
    // first request.
    void add_readiness_check(std::function<std::string()> why_not);

    // Adds a background job. Before start_jobs().
    void add_job(jobs::scheduler::job job) { scheduler_.add(std::move(job)); }

    void start_jobs() {
        clock_monitor_->save();
        scheduler_.start();
    }

    // Stops the jobs, saves what is in memory, closes the store. The destructor calls it, too.
    void close();

private:
    application(const options::configuration& settings, scim::catalogue types, logger& log,
            const std::atomic<bool>* is_cancelled)
            : settings_(settings),
              log_(log),
              is_cancelled_(is_cancelled),
              wall_clock_(machine_clock(), {.hold = settings.clock_hold}),
              schemas_(std::move(types)),
              scheduler_(log) {}

    result<void> open_vault();
    result<std::string> renew_master_key(store::database& database);
    result<void> read_domain_policy();
    void notify_commit();
    [[nodiscard]] std::string why_not_ready() const;
    void add_jobs();

    const options::configuration settings_;
    logger& log_;
    const std::atomic<bool>* const is_cancelled_;
    guarded_clock wall_clock_;
    std::unique_ptr<random_source> random_ = make_system_random();
    id_source ids_{wall_clock_};
    metrics_registry metrics_;
    service::last_used_times last_used_;
    service::request_log requests_{metrics_};
    service::token_cache token_cache_;
    service::login_rate_limit login_limits_{*random_};
    std::optional<service::rate_limiter> directory_limits_;  // empty: no limit
    std::optional<api::anonymous_rates> anonymous_limits_;   // empty: no limit
    scim::catalogue_set schemas_;
    std::atomic<bool> is_draining_{false};
    std::mutex commit_callbacks_lock_;
    std::vector<std::function<void()>> commit_callbacks_;
    std::vector<std::function<std::string()>> readiness_checks_;
    std::unique_ptr<store::database> database_;
    std::optional<vault> vault_;
    service::domains::domain_policy_config domain_policy_;
    std::optional<service::cursor_seal> cursors_;
    std::optional<spool> spooled_responses_;
    std::optional<api::server_context> server_context_;
    std::optional<api::request_pipeline> pipeline_;
    std::optional<jobs::clock_monitor> clock_monitor_;
    std::optional<jobs::credential_jobs> credential_jobs_;
    std::optional<jobs::directory_jobs> directory_jobs_;
    std::optional<jobs::retention_jobs> retention_jobs_;
    std::optional<jobs::storage_monitor> storage_monitor_;
    std::unique_ptr<net::dns_resolver> resolver_;
    std::optional<jobs::organization_jobs> organization_jobs_;
    std::optional<jobs::request_log_writer> request_log_writer_;
    jobs::scheduler scheduler_;
};

}  // namespace scimd::app
