// One request while it is handled, and the house it is handled in.
#pragma once

#include "api/auth/anonymous.hpp"
#include "api/handler.hpp"
#include "api/management/cached_answer.hpp"
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

struct limits {
    std::size_t scim_body_bytes_max = 10 * 1024 * 1024;
    std::size_t manage_body_bytes_max = 1024 * 1024;
    std::uint64_t work_steps_max = 200'000'000;     // of one request (base/work_budget)
    std::uint64_t inline_steps_max = 2'000'000;     // of it, at once on a thread that reads sockets
    std::uint64_t write_steps_max = 20'000'000;     // of it, at once in the writer
    std::size_t inline_body_bytes_max = 64 * 1024;  // of a body that is parsed on a thread that reads sockets
};

// What handlers may use, for the life of the process. Everything in it may be used from any thread.
struct server_context {
    const scim::catalogue_set& schemas;
    const clock& wall_clock;
    random_source& random;
    metrics_registry& metrics;
    service::last_used_times& last_used;
    service::request_log& requests;
    const vault& key_vault;
    service::token_cache& token_cache;        // of API clients
    service::login_rate_limit& login_limits;  // at their secrets
    const service::cursor_seal& cursors;
    spool& spooled_responses;
    environment_id environment;
    std::string public_url;        // without a trailing slash
    bool is_metrics_open = false;  // to peers that are not loopback
    limits bounds;
    std::function<std::string()> why_not_ready;  // empty text: ready
    std::chrono::seconds token_lifetime = service::access_token_lifetime_default;
    std::optional<std::chrono::days> secret_lifetime_max = {};  // of directories; none: without end
    store::audit::retention audit_retention = {};
    // Seals what is sealed with the newest master key, of which it tells the id; makes one where that is ours
    // to do. Blocks.
    std::function<result<std::string>(store::database&)> renew_master_key;
    const service::domains::domain_policy_config& domains;
    service::txt_look_up look_up_txt;
    service::webhooks::target_rules webhook_rules{};
    const std::atomic<bool>* cancelled = nullptr;       // set when all computation is to end
    service::rate_limiter* directory_limits = nullptr;  // of directories; none: no limit
    anonymous_rates* anonymous_limits = nullptr;        // none: no limit
    std::shared_ptr<cached_response> public_keys = std::make_shared<cached_response>();
    std::shared_ptr<cached_response> issuer = std::make_shared<cached_response>();
    std::shared_ptr<idempotency_locks> idempotency_keys = std::make_shared<idempotency_locks>();
    std::shared_ptr<single_flight> first_signing_key = std::make_shared<single_flight>();
    std::shared_ptr<service::quota_policy> quotas = std::make_shared<service::quota_policy>();
};

// Owned by whoever runs the replies, which borrow from it.
struct request_context {
    explicit request_context(
        http::request& head, const limits& within = {}, const std::atomic<bool>* cancelled = nullptr
    )
        : http(head), bounds(within), budget(within.work_steps_max, cancelled)
    {
    }
    request_context(const request_context&) = delete;
    request_context& operator=(const request_context&) = delete;

    http::request& http;
    const limits bounds;
    work_budget budget;
    target target;
    std::vector<std::pair<std::string_view, std::string>> parameters;  // of the route's template
    service::caller caller;                                            // once authenticated
    service::manager api_client;                                       // once authorized
    std::string permanent_uri;  // the permanent URI of what "/Me" stands for; empty: the path is no alias
    access_log_fields access_log;
    time_point started_at{};
    std::size_t body_bytes = 0;      // once it has been read
    std::size_t prepared_bytes = 0;  // of what has been prepared, and waits for the writer
    bool has_written = false;        // a work of it has been committed: it is not refused any more
    // Of its directory, if there is a limit, or of the address of an anonymous request that is over its rate.
    std::optional<rate_limit_status> rate_limit{};
    bool is_repeat = false;        // of one that was carried out before under the same Idempotency-Key
    service::request_trace trace;  // of a request to a directory
    std::unique_ptr<idempotency_locks::lock>
        idempotency_lock;  // of a chore that came with a key: until it is answered

    // What the template's {name} stood for; empty when it has none such.
    [[nodiscard]] const std::string& parameter(std::string_view name) const;
};

}  // namespace scimd::api
