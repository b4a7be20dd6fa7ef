#include "options/raw_options.hpp"

#include "options/option_file.hpp"

namespace scimd::options {
namespace {

void declare_webhook_options(CLI::App& app, raw_options& raw)
{
    app.add_flag(
           "--webhook-allow-private",
           raw.allows_private_webhooks,
           "Webhooks may go to loopback and private addresses, to any port and by plain http"
    )
        ->envname("SCIMD_WEBHOOK_ALLOW_PRIVATE")
        ->group("Webhooks");
    app.add_option("--webhook-ports", raw.webhook_ports, "Ports that webhooks may go to")
        ->envname("SCIMD_WEBHOOK_PORTS")
        ->delimiter(',')
        ->capture_default_str()
        ->group("Webhooks");
    app.add_option(
           "--webhook-attempt-days", raw.webhook_attempt_days, "How long attempts of webhooks are kept"
    )
        ->envname("SCIMD_WEBHOOK_ATTEMPT_DAYS")
        ->group("Webhooks");
    app.add_option(
           "--webhook-ca-file",
           raw.webhook_ca_file,
           "PEM file of the authorities that webhook endpoints' certificates must be from"
    )
        ->envname("SCIMD_WEBHOOK_CA_FILE")
        ->group("Webhooks");
}

void declare_retention_options(CLI::App& app, raw_options& raw)
{
    const auto server = [&](const char* flag, const char* variable, std::string& into, const char* help) {
        app.add_option(flag, into, help)->envname(variable)->group("Server");
    };
    server("--audit-days", "SCIMD_AUDIT_DAYS", raw.audit_days, "How long the audit log is kept");
    server(
        "--audit-entries-max",
        "SCIMD_AUDIT_ENTRIES_MAX",
        raw.audit_entries_max,
        "How many entries of it are kept"
    );
    server(
        "--request-log-days",
        "SCIMD_REQUEST_LOG_DAYS",
        raw.request_log_days,
        "How long a directory's log of SCIM requests is kept"
    );
    server(
        "--request-log-entries-max",
        "SCIMD_REQUEST_LOG_ENTRIES_MAX",
        raw.request_log_entries_max,
        "How many of a directory's are kept; 0: none is logged"
    );
    server(
        "--clock-hold-s",
        "SCIMD_CLOCK_HOLD_S",
        raw.clock_hold_s,
        "How long a time that the machine's clock has leapt to must hold until it is adopted"
    );
    server("--event-days", "SCIMD_EVENT_DAYS", raw.event_days, "How long events are kept");
    server("--events-max", "SCIMD_EVENTS_MAX", raw.events_max, "How many events are kept");
    server(
        "--event-bytes-max", "SCIMD_EVENT_BYTES_MAX", raw.event_bytes_max, "How many bytes of events are kept"
    );
}

void declare_quota_options(CLI::App& app, raw_options& raw)
{
    const auto quota = [&](const char* flag, const char* variable, store::usage::quota which, const char* help
                       ) {
        app.add_option(flag, raw.quotas[store::usage::index_of(which)], help)
            ->envname(variable)
            ->group("Quotas of a directory; 0: any number");
    };
    using enum store::usage::quota;
    quota("--directory-users-max", "SCIMD_DIRECTORY_USERS_MAX", users, "Users (default: 1000000)");
    quota("--directory-groups-max", "SCIMD_DIRECTORY_GROUPS_MAX", groups, "Groups (default: 250000)");
    quota(
        "--directory-resources-max",
        "SCIMD_DIRECTORY_RESOURCES_MAX",
        resources,
        "Resources of other types (default: 1000000)"
    );
    quota(
        "--directory-memberships-max",
        "SCIMD_DIRECTORY_MEMBERSHIPS_MAX",
        memberships,
        "Members of all groups (default: 10000000)"
    );
    quota(
        "--directory-document-bytes-max",
        "SCIMD_DIRECTORY_DOCUMENT_BYTES_MAX",
        document_bytes,
        "Bytes of all resources (default: 10 GiB)"
    );
    quota(
        "--directory-event-bytes-max",
        "SCIMD_DIRECTORY_EVENT_BYTES_MAX",
        event_bytes,
        "Bytes of events that are kept (default: 5 GiB)"
    );
    quota(
        "--directory-events-per-second",
        "SCIMD_DIRECTORY_EVENTS_PER_SECOND",
        events_per_second,
        "Events a second, ten seconds' worth at once (default: 10000)"
    );
    app.add_option(
           "--disk-reserve-bytes",
           raw.disk_reserve_bytes,
           "Below so many free bytes of the data folder's disk only deletions and deactivations are taken"
    )
        ->envname("SCIMD_DISK_RESERVE_BYTES")
        ->capture_default_str()
        ->group("Server");
}

void declare_server_options(CLI::App& app, raw_options& raw)
{
    app.add_option("--listen", raw.listen, "HOST:PORT or unix:PATH; may be given several times")
        ->envname("SCIMD_LISTEN")
        ->delimiter(',')
        ->capture_default_str()
        ->group("Server");
    const auto server = [&](const char* flag, const char* variable, std::string& into, const char* help) {
        app.add_option(flag, into, help)->envname(variable)->group("Server");
    };
    server(
        "--tls-certificate",
        "SCIMD_TLS_CERTIFICATE",
        raw.tls_certificate,
        "PEM file, leaf first; TCP listeners then speak TLS"
    );
    server("--tls-key", "SCIMD_TLS_KEY", raw.tls_key, "PEM file of the private key");
    app.add_flag(
           "--behind-tls-proxy",
           raw.is_behind_tls_proxy,
           "Listeners beyond this machine may be plain: a proxy in front of them speaks TLS"
    )
        ->envname("SCIMD_BEHIND_TLS_PROXY")
        ->group("Server");
    server(
        "--token-lifetime-s",
        "SCIMD_TOKEN_LIFETIME_S",
        raw.token_lifetime_s,
        "How long an access token of an API client lives, in seconds"
    );
    server(
        "--secret-days-max",
        "SCIMD_SECRET_DAYS_MAX",
        raw.secret_days_max,
        "How long a directory's new bearer token lives at the most, in days (default: without end)"
    );
    server(
        "--event-sink", "SCIMD_EVENT_SINK", raw.event_sink, "stdout: events are written there as JSON lines"
    );
    server(
        "--event-sink-failure",
        "SCIMD_EVENT_SINK_FAILURE",
        raw.event_sink_failure,
        "What happens while events cannot be written: not-ready, or exit"
    );
    server("--threads", "SCIMD_THREADS", raw.threads, "I/O threads (default: one a core)");
    server("--log-level", "SCIMD_LOG_LEVEL", raw.log_level, "debug, info, warning or error");
    server(
        "--directory-requests-per-second",
        "SCIMD_DIRECTORY_REQUESTS_PER_SECOND",
        raw.directory_requests_per_second,
        "How many SCIM requests a second each directory may send; 0: no limit"
    );
    server(
        "--directory-request-burst",
        "SCIMD_DIRECTORY_REQUEST_BURST",
        raw.directory_request_burst,
        "How many of them may come at once (default: those of ten seconds)"
    );
    app.add_flag("--metrics-open", raw.is_metrics_open, "Show /metrics to peers that are not loopback")
        ->envname("SCIMD_METRICS_OPEN")
        ->group("Server");
}

// Limits of one address, which hold before a request is authenticated.
void declare_address_options(CLI::App& app, raw_options& raw)
{
    const auto server = [&](const char* flag, const char* variable, std::string& into, const char* help) {
        app.add_option(flag, into, help)->envname(variable)->group("Server");
    };
    server(
        "--connections-per-address",
        "SCIMD_CONNECTIONS_PER_ADDRESS",
        raw.connections_per_address,
        "Connections at a time from one IPv4 address or IPv6 /64 network"
    );
    app.add_option(
           "--trusted-proxy",
           raw.trusted_proxies,
           "Address or network (CIDR) of proxies, which are exempt from the limits of one address"
    )
        ->envname("SCIMD_TRUSTED_PROXY")
        ->delimiter(',')
        ->group("Server");
    server(
        "--handshakes-per-address",
        "SCIMD_HANDSHAKES_PER_ADDRESS",
        raw.handshakes_per_address,
        "TLS handshakes a second of one address, four times as many at once; 0: no limit"
    );
    server(
        "--anonymous-requests-per-address",
        "SCIMD_ANONYMOUS_REQUESTS_PER_ADDRESS",
        raw.anonymous_requests_per_address,
        "Requests a second without valid credentials of one address, four times as many at once; 0: no limit"
    );
}

// Deadlines, and what requests and connections may take.
void declare_limit_options(CLI::App& app, raw_options& raw)
{
    const auto server = [&](const char* flag, const char* variable, std::string& into, const char* help) {
        app.add_option(flag, into, help)->envname(variable)->group("Server");
    };
    server(
        "--drain-grace-ms",
        "SCIMD_DRAIN_GRACE_MS",
        raw.drain_grace_ms,
        "How long to go on accepting after SIGTERM, not ready"
    );
    server(
        "--drain-deadline-ms",
        "SCIMD_DRAIN_DEADLINE_MS",
        raw.drain_deadline_ms,
        "How long requests may go on after SIGTERM and the grace, until they are cancelled"
    );
    server(
        "--idle-deadline-ms",
        "SCIMD_IDLE_DEADLINE_MS",
        raw.idle_deadline_ms,
        "How long a connection may be idle"
    );
    server(
        "--header-deadline-ms",
        "SCIMD_HEADER_DEADLINE_MS",
        raw.header_deadline_ms,
        "How long a request's head may take"
    );
    server(
        "--body-deadline-ms",
        "SCIMD_BODY_DEADLINE_MS",
        raw.body_deadline_ms,
        "How long a request's body may take, however large"
    );
    server(
        "--connections-max",
        "SCIMD_CONNECTIONS_MAX",
        raw.connections_max,
        "Connections at a time (default: 4096, with TLS 1024)"
    );
    server(
        "--request-memory-mb",
        "SCIMD_REQUEST_MEMORY_MB",
        raw.request_memory_mb,
        "Memory that requests under way may take together, in MiB"
    );
}

void declare_domain_options(CLI::App& app, raw_options& raw)
{
    const auto option = [&](const char* flag, const char* variable, std::string& into, const char* help) {
        app.add_option(flag, into, help)->envname(variable)->group("Domains");
    };
    app.add_option(
           "--dns-server", raw.dns_servers, "ADDRESS:PORT that domains are verified with; all must agree"
    )
        ->envname("SCIMD_DNS_SERVER")
        ->delimiter(',')
        ->group("Domains");
    option(
        "--domain-window-hours",
        "SCIMD_DOMAIN_WINDOW_HOURS",
        raw.domain_window_hours,
        "How long a domain's TXT record is looked for"
    );
    option(
        "--mail-providers",
        "SCIMD_MAIL_PROVIDERS",
        raw.mail_providers,
        "A file of names that no organization may own, one a line, in place of the built-in ones"
    );
    option(
        "--reserved-domains",
        "SCIMD_RESERVED_DOMAINS",
        raw.reserved_domains,
        "A file of special-use and shared names that no organization may own, in place of the built-in ones"
    );
}

}  // namespace

void declare_options(CLI::App& app, raw_options& raw)
{
    const auto option = [&](const char* flag, const char* variable, std::string& into, const char* help) {
        return app.add_option(flag, into, help)->envname(variable);
    };
    option("--data", "SCIMD_DATA", raw.data, "Folder of the database, the lock and the control socket")
        ->capture_default_str();
    app.add_flag("--json", raw.is_json, "Commands print JSON")->envname("SCIMD_JSON");
    option(
        "--public-url",
        "SCIMD_PUBLIC_URL",
        raw.public_url,
        "The base of the URLs handed out (default: http://<listen>, or https with TLS)"
    );
    option(
        "--master-key-file",
        "SCIMD_MASTER_KEY_FILE",
        raw.master_key_file,
        "32 bytes in base64 or hex, which encrypt stored secrets; further lines: older keys (default:"
        " master.key in the data folder)"
    );
    option(
        "--schema-dir",
        "SCIMD_SCHEMA_DIR",
        raw.schema_dir,
        "Folder of JSON files: schemas and resource types beside the built-in ones"
    );
    app.set_config("--config", "", "A file with any of these options, one `name = value` a line")
        ->envname("SCIMD_CONFIG")
        ->check([](const std::string& file) { return why_not_readable(file, configuration_file_bytes_max); });

    declare_server_options(app, raw);
    declare_address_options(app, raw);
    declare_limit_options(app, raw);
    declare_retention_options(app, raw);
    declare_quota_options(app, raw);
    declare_domain_options(app, raw);
    declare_webhook_options(app, raw);
}

}  // namespace scimd::options
