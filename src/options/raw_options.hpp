// The options of the command line, the environment and the configuration file, and what each is called there.
#pragma once

#include "jobs/storage_monitor.hpp"
#include "service/auth/access_tokens.hpp"
#include "service/events/event_retention.hpp"
#include "store/usage.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <string>
#include <vector>

namespace scimd::options {

// As given, before anything is judged: so that every mistake is found in one go.
struct raw_options {
    std::string data = "data";
    std::string public_url;
    std::string schema_dir;
    std::string master_key_file;
    std::string token_lifetime_s = std::to_string(service::access_token_lifetime_default.count());
    std::string secret_days_max;
    std::string audit_days = "400";
    std::string audit_entries_max = "1000000";
    std::string request_log_days = "30";
    std::string request_log_entries_max = "10000";
    std::string event_days = "90";
    std::string events_max = "10000000";
    std::string event_bytes_max = std::to_string(service::event_retention().bytes_max);
    std::array<std::string, store::usage::quota_count> quotas;  // empty: the default
    std::string clock_hold_s = "600";
    std::string disk_reserve_bytes = std::to_string(jobs::disk_reserve_bytes_default);
    std::string event_sink;
    std::string event_sink_failure = "not-ready";
    std::string webhook_attempt_days = "90";
    std::vector<std::string> listen = {"127.0.0.1:8080"};
    std::string tls_certificate;
    std::string tls_key;
    bool is_behind_tls_proxy = false;
    std::string threads;
    std::string log_level = "info";
    std::string drain_grace_ms = "0";
    std::string drain_deadline_ms = "30000";
    std::string idle_deadline_ms = "75000";
    std::string header_deadline_ms = "10000";
    std::string body_deadline_ms = "60000";
    std::string connections_max;
    std::string connections_per_address = "256";
    std::vector<std::string> trusted_proxies;
    std::string handshakes_per_address = "50";
    std::string anonymous_requests_per_address = "100";
    std::string request_memory_mb = "144";
    std::string directory_requests_per_second = "0";
    std::string directory_request_burst;
    bool is_metrics_open = false;
    std::vector<std::string> dns_servers;
    std::string domain_window_hours = "168";
    std::string mail_providers;
    std::string reserved_domains;
    bool allows_private_webhooks = false;
    std::vector<std::string> webhook_ports = {"443", "8443"};
    std::string webhook_ca_file;
    std::string limit;
    bool is_json = false;
};

// `raw` outlives the parsing.
void declare_options(CLI::App& app, raw_options& raw);

}  // namespace scimd::options
