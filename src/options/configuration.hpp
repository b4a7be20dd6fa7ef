// The settings of a server, as option_table.hpp reads them. A field that has an initial value is the default
// of its option: the table takes it from here.
#pragma once

#include "api/auth/anonymous.hpp"
#include "base/log.hpp"
#include "jobs/retention_jobs.hpp"
#include "jobs/storage_monitor.hpp"
#include "net/server/server.hpp"
#include "scim/schema/schema_loader.hpp"
#include "service/auth/access_tokens.hpp"
#include "service/limits/quotas.hpp"
#include "service/limits/rate_limit.hpp"
#include "service/request_log/request_log.hpp"
#include "store/audit.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scimd::options {

// A value, immutable after the start: SIGHUP reads the certificate files again, nothing else.
struct configuration {
    std::filesystem::path data = "data";    // folder of the database, the lock and the control socket
    bool is_json = false;                   // commands print JSON
    std::string public_url;                 // without a trailing slash
    bool is_public_url_given = false;       // if not, it is made of the first listener
    std::filesystem::path master_key_file;  // at most one of these two is given;
    std::string master_key;                 // without either, master.key in the data folder is used
    std::chrono::seconds token_lifetime = service::access_token_lifetime_default;  // of API clients
    std::optional<std::chrono::days> secret_lifetime_max;  // of directories' tokens; empty: no limit
    store::audit::retention audit_kept;
    service::request_retention requests_kept;
    jobs::retention_options kept;
    service::quota_limits quotas = service::default_quota_limits;  // of a directory without its own
    std::chrono::seconds clock_hold{600};  // how long a time that the clock leapt to must hold
    std::int64_t disk_reserve_bytes = jobs::disk_reserve_bytes_default;
    bool writes_events = false;                      // to stdout, as JSON lines
    bool ends_when_sink_fails = false;               // if not, /readyz answers 503 while the sink fails
    std::vector<scim::definition_file> definitions;  // schemas and resource types, already validated

    std::vector<net::endpoint> listen;
    std::optional<net::tls_files> tls;
    bool is_behind_tls_proxy = false;
    std::size_t threads = 2;
    log_level log_least = log_level::info;
    bool is_metrics_open = false;  // /metrics answers peers that are not loopback
    std::chrono::milliseconds drain_grace{0};
    std::vector<net::endpoint> dns_servers;  // empty: those of the system
    std::chrono::hours domain_window{7 * 24};
    std::filesystem::path mail_providers;    // empty: the built-in list
    std::filesystem::path reserved_domains;  // empty: the built-in list
    net::limits limits;
    service::request_rate directory_rate;  // of the SCIM requests of each directory
    std::int64_t anonymous_requests_per_address = api::anonymous_rate_default;  // a second; 0: no limit

    bool allows_private_webhooks = false;  // loopback, private networks, any port and plain http
    std::vector<std::uint16_t> webhook_ports{443, 8443};
    std::filesystem::path webhook_ca_file;  // empty: the authorities that the system trusts
};

}  // namespace scimd::options
