#include "options/configuration.hpp"

#include "base/network/ip_address.hpp"
#include "base/text.hpp"
#include "net/dns/dns.hpp"
#include "options/command_tree.hpp"
#include "options/option_file.hpp"
#include "options/raw_options.hpp"
#include "options/schema_folder.hpp"
#include "options/transport_security.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <deque>
#include <initializer_list>
#include <iterator>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

namespace scimd::options {
namespace {

// CLI11 lets the file win over the environment; ours is flags, environment, file. So what the environment
// says is put before the flags, unless a flag of that name is given.
std::vector<std::string> with_environment(const CLI::App& app, std::vector<std::string> given)
{
    std::vector<std::string> added;
    for (const auto* option : app.get_options()) {
        const auto* value =
            option->get_envname().empty() ? nullptr : std::getenv(option->get_envname().c_str());
        const auto flag = option->get_name();
        const bool is_given = std::ranges::any_of(given, [&](const std::string& one) {
            return one == flag || one.starts_with(flag + '=');
        });
        if (value && *value != '\0' && !is_given)
            added.push_back(flag + '=' + value);
    }
    given.insert(given.begin(), added.begin(), added.end());
    return given;
}

class validator {
public:
    std::vector<std::string> errors;

    template <class Number>
    Number number(std::string_view name, const std::string& text, Number least, Number most)
    {
        Number value = 0;
        const auto* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, value);
        if (read.ec != std::errc() || read.ptr != end || value < least || value > most) {
            errors.push_back(
                std::string(name) + " must be a number from " + std::to_string(least) + " to " +
                std::to_string(most) + ", not \"" + text + "\""
            );
        }
        return value;
    }

    std::chrono::days days(std::string_view name, const std::string& text)
    {
        constexpr std::int64_t century_days = 36'500;
        return std::chrono::days(number<std::int64_t>(name, text, 1, century_days));
    }

    std::chrono::milliseconds milliseconds(std::string_view name, const std::string& text, std::int64_t least)
    {
        constexpr std::int64_t hour_ms = 3'600'000;
        return std::chrono::milliseconds(number<std::int64_t>(name, text, least, hour_ms));
    }

    service::quota_limits quotas(const raw_options& raw)
    {
        constexpr std::array<std::string_view, store::usage::quota_count> flags = {
            "--directory-users-max",
            "--directory-groups-max",
            "--directory-resources-max",
            "--directory-memberships-max",
            "--directory-document-bytes-max",
            "--directory-event-bytes-max",
            "--directory-events-per-second"
        };
        auto limits = service::default_quota_limits;
        for (std::size_t i = 0; i < flags.size(); ++i)
            if (!raw.quotas[i].empty())
                limits[i] = number<std::int64_t>(flags[i], raw.quotas[i], 0, service::quota_max);
        return limits;
    }

    log_level level(const std::string& text)
    {
        constexpr std::pair<std::string_view, log_level> names[] = {
            {"debug", log_level::debug},
            {"info", log_level::info},
            {"warning", log_level::warning},
            {"error", log_level::error}
        };
        for (const auto& [name, level] : names)
            if (name == text)
                return level;
        errors.push_back("--log-level must be debug, info, warning or error, not \"" + text + "\"");
        return log_level::info;
    }

    service::request_rate directory_rate(const raw_options& raw)
    {
        constexpr std::int64_t burst_seconds = 10;
        service::request_rate rate;
        rate.per_second = number<std::int64_t>(
            "--directory-requests-per-second", raw.directory_requests_per_second, 0, service::request_rate_max
        );
        rate.burst = burst_seconds * rate.per_second;
        if (raw.directory_request_burst.empty())
            return rate;
        rate.burst = number<std::int64_t>(
            "--directory-request-burst", raw.directory_request_burst, 1, service::request_burst_max
        );
        if (rate.per_second == 0)
            errors.emplace_back("--directory-request-burst needs --directory-requests-per-second");
        return rate;
    }

    bool event_sink(const std::string& text)
    {
        if (!text.empty() && text != "stdout")
            errors.push_back("--event-sink must be stdout, not \"" + text + "\"");
        return !text.empty();
    }

    bool ends_when_sink_fails(const std::string& text)
    {
        if (text != "not-ready" && text != "exit")
            errors.push_back("--event-sink-failure must be not-ready or exit, not \"" + text + "\"");
        return text == "exit";
    }

    std::vector<net::endpoint> endpoints(const std::vector<std::string>& texts)
    {
        std::vector<net::endpoint> parsed;
        for (const auto& text : texts) {
            auto one = net::endpoint::parse(text);
            if (one)
                parsed.push_back(std::move(*one));
            else
                errors.push_back("--listen " + text + ": " + one.error().detail);
        }
        return parsed;
    }

    std::vector<ip_network> networks(const std::vector<std::string>& texts)
    {
        std::vector<ip_network> parsed;
        for (const auto& text : texts)
            if (const auto one = ip_network::parse(text))
                parsed.push_back(*one);
            else
                errors.push_back(
                    "--trusted-proxy must be an address or a network such as 192.0.2.0/24, not \"" + text +
                    '"'
                );
        return parsed;
    }

    // An encrypted connection takes eight times the memory of another.
    std::size_t connections(const raw_options& raw)
    {
        constexpr std::size_t encrypted = 1'024;
        if (raw.connections_max.empty())
            return raw.tls_key.empty() ? net::limits().connections_max : encrypted;
        return number<std::size_t>("--connections-max", raw.connections_max, 1, 1'000'000);
    }

    // A quarter is for bodies that are received, the rest for requests that are carried out.
    void memory(net::limits& limits, const std::string& text)
    {
        constexpr std::size_t mib = 1024 * 1024;
        constexpr std::size_t least = 64;  // the largest body must fit in
        constexpr std::size_t most = 1'048'576;
        const auto quarter = number<std::size_t>("--request-memory-mb", text, least, most) * mib / 4;
        limits.body_memory = net::memory_limits::of(quarter, limits.body_memory.small_request_bytes_max);
        limits.request_memory =
            net::memory_limits::of(quarter * 3, limits.request_memory.small_request_bytes_max);
    }

    std::vector<net::endpoint> dns_servers(const std::vector<std::string>& texts)
    {
        std::vector<net::endpoint> parsed;
        for (const auto& text : texts) {
            auto one = net::parse_dns_server(text);
            if (one)
                parsed.push_back(std::move(*one));
            else
                errors.push_back("--dns-server " + one.error().detail);
        }
        return parsed;
    }

    // Of options whose files are read whole.
    void file(std::string_view name, const std::string& path, std::size_t bytes_max)
    {
        if (path.empty())
            return;
        if (const auto reason = why_not_readable(path, bytes_max); !reason.empty())
            errors.push_back(std::string(name) + ": " + reason);
    }

    void files(const raw_options& raw)
    {
        file("--master-key-file", raw.master_key_file, key_file_bytes_max);
        file("--tls-certificate", raw.tls_certificate, certificate_file_bytes_max);
        file("--tls-key", raw.tls_key, certificate_file_bytes_max);
        file("--webhook-ca-file", raw.webhook_ca_file, list_file_bytes_max);
        file("--mail-providers", raw.mail_providers, list_file_bytes_max);
        file("--reserved-domains", raw.reserved_domains, list_file_bytes_max);
    }

    std::optional<net::tls_files> tls(const raw_options& raw)
    {
        if (raw.tls_certificate.empty() && raw.tls_key.empty())
            return std::nullopt;
        if (raw.tls_certificate.empty() || raw.tls_key.empty())
            errors.emplace_back("--tls-certificate and --tls-key are given together or not at all");
        return net::tls_files{raw.tls_certificate, raw.tls_key};
    }

    // Of the environment alone: whoever lists the processes can read flags.
    std::string master_key(const raw_options& raw)
    {
        const auto* value = std::getenv("SCIMD_MASTER_KEY");
        const std::string text = value ? value : "";
        if (!text.empty() && !raw.master_key_file.empty())
            errors.emplace_back("--master-key-file and SCIMD_MASTER_KEY are not given together");
        return text;
    }

    std::vector<scim::definition_file> definitions(const std::string& folder)
    {
        if (folder.empty())
            return {};
        auto read = read_schema_folder(folder);
        for (const auto& mistake : read.errors)
            errors.push_back("--schema-dir: " + mistake);
        return std::move(read.files);
    }

    std::string public_url(std::string text, const raw_options& raw)
    {
        if (text.empty()) {
            const auto& first = raw.listen.front();
            text = first.starts_with("unix:") ? "http://localhost"
                                              : (raw.tls_key.empty() ? "http://" : "https://") + first;
        }
        while (text.ends_with('/'))
            text.pop_back();
        const bool is_http = text.starts_with("http://") || text.starts_with("https://");
        const auto host = text.find("//");
        const bool has_more = std::ranges::any_of(text, [](char c) {
            const bool is_control = static_cast<unsigned char>(c) < ' ';
            return is_control || std::string_view("?# \"\\").find(c) != std::string_view::npos;
        });
        if (!is_http || host + 2 >= text.size() || has_more)
            errors.push_back("--public-url must be an http or https URL without query, not \"" + text + "\"");
        return text;
    }
};

configuration validated(const raw_options& raw, validator& by)
{
    configuration settings;
    by.files(raw);
    settings.data = raw.data;
    settings.is_json = raw.is_json;
    settings.public_url = by.public_url(raw.public_url, raw);
    settings.is_public_url_given = !raw.public_url.empty();
    settings.master_key_file = raw.master_key_file;
    settings.master_key = by.master_key(raw);
    settings.token_lifetime = std::chrono::seconds(by.number<std::int64_t>(
        "--token-lifetime-s", raw.token_lifetime_s, 60, service::access_token_lifetime_max.count()
    ));
    if (!raw.secret_days_max.empty())
        settings.secret_lifetime_max = by.days("--secret-days-max", raw.secret_days_max);
    settings.audit_kept.kept_for = by.days("--audit-days", raw.audit_days);
    settings.audit_kept.entries_max =
        by.number<std::int64_t>("--audit-entries-max", raw.audit_entries_max, 1, 1'000'000'000);
    settings.requests_kept.kept_for =
        std::chrono::days(by.number<std::int64_t>("--request-log-days", raw.request_log_days, 1, 3'650));
    settings.requests_kept.entries_max =
        by.number<std::int64_t>("--request-log-entries-max", raw.request_log_entries_max, 0, 1'000'000);
    settings.kept.events.kept_for = by.days("--event-days", raw.event_days);
    settings.kept.events.events_max =
        by.number<std::int64_t>("--events-max", raw.events_max, 1, 1'000'000'000);
    settings.kept.events.bytes_max =
        by.number<std::int64_t>("--event-bytes-max", raw.event_bytes_max, 1, service::quota_max);
    settings.quotas = by.quotas(raw);
    settings.kept.events.directory_bytes_max =
        settings.quotas[store::usage::index_of(store::usage::quota::event_bytes)];
    settings.clock_hold =
        std::chrono::seconds(by.number<std::int64_t>("--clock-hold-s", raw.clock_hold_s, 1, 86'400));
    settings.disk_reserve_bytes =
        by.number<std::int64_t>("--disk-reserve-bytes", raw.disk_reserve_bytes, 0, service::quota_max);
    settings.writes_events = by.event_sink(raw.event_sink);
    settings.ends_when_sink_fails = by.ends_when_sink_fails(raw.event_sink_failure);
    settings.kept.attempts_kept_for = by.days("--webhook-attempt-days", raw.webhook_attempt_days);
    settings.definitions = by.definitions(raw.schema_dir);
    settings.listen = by.endpoints(raw.listen);
    settings.tls = by.tls(raw);
    settings.is_behind_tls_proxy = raw.is_behind_tls_proxy;
    const auto cores = std::max(1U, std::thread::hardware_concurrency());
    settings.threads = raw.threads.empty() ? cores : by.number<std::size_t>("--threads", raw.threads, 1, 256);
    settings.log_least = by.level(raw.log_level);
    settings.is_metrics_open = raw.is_metrics_open;
    settings.dns_servers = by.dns_servers(raw.dns_servers);
    settings.domain_window = std::chrono::hours(
        by.number<std::int64_t>("--domain-window-hours", raw.domain_window_hours, 1, 24 * 365)
    );
    settings.mail_providers = raw.mail_providers;
    settings.reserved_domains = raw.reserved_domains;
    settings.drain_grace = by.milliseconds("--drain-grace-ms", raw.drain_grace_ms, 0);
    settings.limits.drain_deadline = by.milliseconds("--drain-deadline-ms", raw.drain_deadline_ms, 1);
    settings.limits.idle_deadline = by.milliseconds("--idle-deadline-ms", raw.idle_deadline_ms, 1);
    settings.limits.header_deadline = by.milliseconds("--header-deadline-ms", raw.header_deadline_ms, 1);
    settings.limits.body_deadline = by.milliseconds("--body-deadline-ms", raw.body_deadline_ms, 1);
    settings.limits.connections_per_address_max =
        by.number<std::size_t>("--connections-per-address", raw.connections_per_address, 1, 1'000'000);
    settings.limits.trusted_proxies = by.networks(raw.trusted_proxies);
    settings.limits.handshakes_per_address =
        by.number<std::int64_t>("--handshakes-per-address", raw.handshakes_per_address, 0, 1'000'000);
    settings.anonymous_requests_per_address = by.number<std::int64_t>(
        "--anonymous-requests-per-address", raw.anonymous_requests_per_address, 0, 1'000'000
    );
    by.memory(settings.limits, raw.request_memory_mb);
    settings.limits.connections_max = by.connections(raw);
    settings.directory_rate = by.directory_rate(raw);
    settings.allows_private_webhooks = raw.allows_private_webhooks;
    settings.webhook_ports.clear();
    for (const auto& port : raw.webhook_ports)
        settings.webhook_ports.push_back(by.number<std::uint16_t>("--webhook-ports", port, 1, 65'535));
    settings.webhook_ca_file = raw.webhook_ca_file;
    return settings;
}

// What a command was given, as far as it can be judged without asking anybody.
void validate_command(command& what, const raw_options& raw, validator& by)
{
    if (!raw.limit.empty())
        what.limit = by.number<std::int64_t>("--limit", raw.limit, 1, 1'000'000'000);
    else if (what.positional == std::vector<std::string>{"webhook", "attempts"})
        what.limit = 100;  // there may be millions
    const bool sets_policy = what.positional == std::vector<std::string>{"directory", "policy"};
    const auto& policy = sets_policy ? what.arguments[1] : what.domain_policy;
    if (!policy.empty() && policy != "reject" && policy != "hold" && policy != "off")
        by.errors.push_back("the domain policy must be reject, hold or off, not \"" + policy + "\"");
    const bool sets_scope = what.positional == std::vector<std::string>{"directory", "scope"};
    const auto& scope = sets_scope ? what.arguments[1] : what.domain_gate_scope;
    if (!scope.empty() && scope != "primary" && scope != "all")
        by.errors.push_back("the scope of the domain gate must be primary or all, not \"" + scope + "\"");
}

std::string listing(const std::vector<std::string>& errors)
{
    std::string text;
    for (const auto& mistake : errors)
        text += "scimd: " + mistake + '\n';
    return text + "scimd: see scimd --help\n";
}

}  // namespace

parsed_arguments parse_arguments(int count, const char* const* arguments)
{
    raw_options raw;
    invocation called;
    CLI::App app(
        "A self-hosted SCIM 2.0 provisioning service.\n"
        "Every option is also a variable of the environment and a key of the configuration file.",
        "scimd"
    );
    declare_options(app, raw);
    command_tree tree(app, called.what, raw.limit);
    app.allow_extras();
    app.allow_config_extras(CLI::config_extras_mode::capture);
    for (auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        sub->allow_extras(false);
    auto given = with_environment(app, {arguments + 1, arguments + count});
    std::ranges::reverse(given);  // CLI11 takes them from the back
    validator by;
    try {
        app.parse(std::move(given));
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            std::ostringstream out;
            app.exit(problem, out, out);
            return {std::nullopt, out.str(), 0};
        }
        by.errors.emplace_back(problem.what());
    }
    for (const auto& unknown : app.remaining(true))
        by.errors.push_back("unknown option or key: " + unknown);
    called.settings = validated(raw, by);
    std::ranges::move(transport_mistakes(called.settings), std::back_inserter(by.errors));
    if (by.errors.empty()) {
        tree.collect();
        validate_command(called.what, raw, by);
    }
    if (!by.errors.empty())
        return {std::nullopt, listing(by.errors), 2};
    return {std::move(called), {}, 0};
}

}  // namespace scimd::options
