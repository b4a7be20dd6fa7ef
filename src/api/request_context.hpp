// The context of one HTTP request (`request_context`), and the dependencies of every handler
// (`server_context`): which services, limits and settings a handler may use.
#pragma once

#include "api/auth/anonymous.hpp"
#include "api/cached_response.hpp"
#include "api/handler.hpp"
#include "api/management/idempotency_locks.hpp"
#include "api/single_flight.hpp"
#include "api/target.hpp"
#include "base/clock.hpp"
#include "base/crypto/random.hpp"
#include "base/crypto/vault.hpp"
#include "base/metrics.hpp"
#include "base/spooled_text.hpp"
#include "base/work_budget.hpp"
#include "scim/schema/catalogue_set.hpp"
#include "scimd/http.hpp"
#include "service/auth/access_tokens.hpp"
#include "service/auth/caller.hpp"
#include "service/auth/last_used.hpp"
#include "service/auth/login_rate_limit.hpp"
#include "service/auth/token_cache.hpp"
#include "service/domains/domains.hpp"
#include "service/limits/quotas.hpp"
#include "service/limits/rate_limit.hpp"
#include "service/lists/cursor.hpp"
#include "service/request_log/request_log.hpp"
#include "service/webhooks/webhook_url.hpp"
#include "store/audit.hpp"
#include "store/engine/database.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::api {

// Limits of the computation and the memory that one request may use.
struct limits {
    std::size_t scim_body_bytes_max = 10 * 1024 * 1024;
    std::size_t manage_body_bytes_max = 1024 * 1024;

    // Computation is counted in steps (base/work_budget): of the whole request, of the part that runs on a
    // thread that reads sockets, and of one transaction in the writer.
    std::uint64_t work_steps_max = 200'000'000;
    std::uint64_t inline_steps_max = 2'000'000;
    std::uint64_t write_steps_max = 20'000'000;

    std::size_t inline_body_bytes_max = 64 * 1024;  // larger bodies are parsed by a worker thread
};

// The dependencies of the handlers: references to services, and settings. Built once by app/application,
// lives as long as the process. Every member may be used from any thread.
struct server_context {
    // The schemas of every directory, the time, randomness and metrics.
    const scim::catalogue_set& schemas;
    const clock& wall_clock;
    random_source& random;
    metrics_registry& metrics;

    // Records that are kept in memory first and written to the store by a job: the last use of tokens and
    // clients, and the request log of directories.
    service::last_used_times& last_used;
    service::request_log& requests;

    // Secrets and tokens: the vault of master keys, the cache of verified access tokens, the rate limit of
    // wrong client secrets, and the seal of pagination cursors.
    const vault& key_vault;
    service::token_cache& token_cache;
    service::login_rate_limit& login_limits;
    const service::cursor_seal& cursors;

    // Long response bodies are spooled to disk here.
    spool& spooled_responses;

    // Settings of the deployment.
    environment_id environment;
    std::string public_url;        // without a trailing slash
    bool is_metrics_open = false;  // whether peers that are not loopback may read /metrics
    limits bounds;
    std::function<std::string()> why_not_ready;  // an empty text: the service is ready
    std::chrono::seconds token_lifetime = service::access_token_lifetime_default;
    std::optional<std::chrono::days> secret_lifetime_max = {};  // of directory tokens; none: no limit
    store::audit::retention audit_retention = {};

    // Rotates the master key: encrypts every stored secret with the newest master key and returns its id.
    // Makes a new master key first when the service manages the keys itself. Blocks.
    std::function<result<std::string>(store::database&)> renew_master_key;

    // Domain verification and webhooks: policy, DNS lookups, and the rules for webhook URLs.
    const service::domains::domain_policy_config& domains;
    service::txt_look_up look_up_txt;
    service::webhooks::target_rules webhook_rules{};

    // Set when every computation has to stop (shutdown).
    const std::atomic<bool>* cancelled = nullptr;

    // Rate limits of directories, and of anonymous requests by address; nullptr: no limit.
    service::rate_limiter* directory_limits = nullptr;
    anonymous_rates* anonymous_limits = nullptr;

    // State that requests share: cached responses of /keys and of the issuer's metadata, idempotency keys in
    // use, the generation of the first signing key, and the quotas.
    std::shared_ptr<cached_response> public_keys = std::make_shared<cached_response>();
    std::shared_ptr<cached_response> issuer = std::make_shared<cached_response>();
    std::shared_ptr<idempotency_locks> idempotency_keys = std::make_shared<idempotency_locks>();
    std::shared_ptr<single_flight> first_signing_key = std::make_shared<single_flight>();
    std::shared_ptr<service::quota_policy> quotas = std::make_shared<service::quota_policy>();
};

// One HTTP request and what is known about it so far. Owned by the caller of the pipeline (app/dispatch,
// api/run_in_process), which keeps it alive until the last reply has run; replies refer to it. Used by one
// thread at a time.
struct request_context {
    explicit request_context(
            http::request& head, const limits& within = {}, const std::atomic<bool>* cancelled = nullptr)
            : http(head), bounds(within), budget(within.work_steps_max, cancelled) {}
    request_context(const request_context&) = delete;
    request_context& operator=(const request_context&) = delete;

    // The head as it was received, the limits of this request, and the computation that it has used.
    http::request& http;
    const limits bounds;
    work_budget budget;

    // The parsed target, and the values of the {parameters} of the route's path template.
    api::target target;
    std::vector<std::pair<std::string_view, std::string>> parameters;

    // The identity of the client: the caller of a SCIM request once it is authenticated, the API client of a
    // management request once it is authorized.
    service::caller caller;
    service::manager api_client;

    // The permanent URI of the resource that "/Me" refers to; empty: the path is no alias.
    std::string permanent_uri;

    // Recorded in the logs: fields of the access log, the time of arrival, and the trace for the directory's
    // request log.
    access_log_fields access_log;
    time_point started_at{};
    service::request_trace trace;

    // Memory in use: by the body once it has been read, and by a prepared change that waits for the writer.
    std::size_t body_bytes = 0;
    std::size_t prepared_bytes = 0;

    // Whether a transaction of the request has been committed: the queues do not reject it any more.
    bool has_written = false;

    // The rate limit that the response reports: that of the directory, or that of the address of an anonymous
    // request that is over its rate.
    std::optional<rate_limit_status> rate_limit{};

    // Idempotency-Key: whether the response repeats one that was given before, and the lock on the key, held
    // until the response is known.
    bool is_repeat = false;
    std::unique_ptr<idempotency_locks::lock> idempotency_lock;

    // The value of {name} in the path template; empty when the template has no {name}.
    [[nodiscard]] const std::string& parameter(std::string_view name) const {
        static const std::string none;
        for (const auto& [key, value] : parameters)
            if (key == name)
                return value;
        return none;
    }
};

}  // namespace scimd::api
