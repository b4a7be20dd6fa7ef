// What the command line, the environment and the configuration file say: flags before SCIMD_* before the file
// before the defaults.
#pragma once

#include "api/auth/anonymous.hpp"
#include "jobs/retention_jobs.hpp"
#include "jobs/storage_monitor.hpp"
#include "net/server/server.hpp"
#include "scim/schema/schema_loader.hpp"
#include "service/auth/access_tokens.hpp"
#include "service/limits/quotas.hpp"
#include "service/limits/rate_limit.hpp"
#include "service/request_log/request_log.hpp"
#include "store/audit.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scimd::options {

// A value; immutable after start (certificates alone are read again).
struct configuration {
    std::filesystem::path data = "data";
    bool is_json = false;                   // commands print JSON
    std::string public_url;                 // without a trailing slash
    bool is_public_url_given = false;       // else it is made of the first listener
    std::filesystem::path master_key_file;  // at most one of these two is given;
    std::string master_key;                 // none: master.key in the data folder
    std::chrono::seconds token_lifetime = service::access_token_lifetime_default;
    std::optional<std::chrono::days> secret_lifetime_max;  // of directories; none: without end
    store::audit::retention audit_kept;
    service::request_retention requests_kept;
    jobs::retention_options kept;
    service::quota_limits quotas = service::default_quota_limits;  // of a directory
    std::chrono::seconds clock_hold{600};  // until a time that the clock has leapt to is adopted
    std::int64_t disk_reserve_bytes = jobs::disk_reserve_bytes_default;
    bool writes_events = false;                      // to stdout, as JSON lines
    bool ends_when_sink_fails = false;               // else it is not ready until the sink works again
    std::vector<scim::definition_file> definitions;  // of schemas and resource types, found to be good

    std::vector<net::endpoint> listen;
    std::optional<net::tls_files> tls;
    bool is_behind_tls_proxy = false;
    std::size_t threads = 2;
    log_level log_least = log_level::info;
    bool is_metrics_open = false;
    std::chrono::milliseconds drain_grace{0};
    std::vector<net::endpoint> dns_servers;  // none: the system's
    std::chrono::hours domain_window{7 * 24};
    std::filesystem::path mail_providers;    // empty: our own list
    std::filesystem::path reserved_domains;  // likewise
    net::limits limits;
    service::request_rate directory_rate;  // of the SCIM requests of each directory
    std::int64_t anonymous_requests_per_address = api::anonymous_rate_default;  // 0: no limit

    bool allows_private_webhooks = false;  // loopback, private networks, any port and plain http
    std::vector<std::uint16_t> webhook_ports{443, 8443};
    std::filesystem::path webhook_ca_file;  // empty: what the system trusts
};

// What the commands of webhook endpoints are given, as text.
struct webhook_arguments {
    std::string url;
    std::string description;
    std::vector<std::string> event_types;
    std::string organization;
    std::string directory;
    std::vector<std::string> headers;  // "X-Name: value"
    std::string mode;
    std::string signature;
    std::vector<std::string> retry_seconds;
    std::string overlap_seconds;
    std::string event;
    std::string from;  // a time, or an event's id
    std::string to;
    bool skips_backlog = false;
};

// One command and what was given to it: {"organization", "create"} with {"Acme"}.
struct command {
    std::vector<std::string> positional;
    std::vector<std::string>
        arguments;  // positional, in the order of the usage line; absent optional ones are empty

    std::string external_id;
    std::string name;
    std::string provider;
    std::string domain_policy;
    std::string domain_gate_scope;
    std::string scim_mode;
    std::string unknown_members;
    std::string patch_status;
    bool allows_equal_group_names = false;
    std::string expires;
    std::string after;
    std::string directory;
    std::string organization;
    std::vector<std::string> event_types;  // of events; none: all
    std::string actor;
    std::string since;
    std::string until;
    std::string status;                           // of requests, of refusals
    std::string method;                           // of requests
    std::string resource;                         // that requests are about
    std::string reason;                           // of refusals
    std::string user;                             // that was refused, or a secret stands for
    std::optional<std::int64_t> limit;            // of lists; none: all
    std::optional<std::int64_t> overlap_seconds;  // of a regenerated secret; none: the default
    bool covers_subdomains = false;
    bool is_by_dns = false;
    std::optional<std::int64_t> users_max;  // none: any number
    bool is_following = false;
    bool is_read_only = false;
    std::vector<std::string> scopes;
    bool is_at_once = false;
    std::string key_file;       // where master keys are copied to (backup) or from (restore)
    bool is_replacing = false;  // what is there before a restore is set aside
    webhook_arguments webhook{};
};

struct invocation {
    configuration settings;
    command what;
};

// Either what to do, or what to print and how to end: 0 for --help, 2 with every mistake listed.
struct parsed_arguments {
    std::optional<invocation> run;
    std::string output;
    int exit_code = 0;
};
parsed_arguments parse_arguments(int count, const char* const* arguments);

}  // namespace scimd::options
