#include "options/option_rows.hpp"

#include "base/network/ip_address.hpp"
#include "net/dns/dns.hpp"
#include "options/option_file.hpp"
#include "options/schema_folder.hpp"
#include "store/usage.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <initializer_list>
#include <system_error>
#include <utility>

namespace scimd::options {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t century_days = 36'500;
constexpr std::int64_t hour_ms = 3'600'000;

// --- kinds of rows

template <class Number>
option_row number(std::string_view flag, Number& into, bounds within, const char* help) {
    const auto read = [&into, within](const option_row& row, error_list& errors) {
        into = static_cast<Number>(read_number(row.flag, row.text(), within, errors));
    };
    return {flag, help, std::to_string(into), read};
}

// `Unit` is that of the option: the field may have a finer one.
template <class Unit, class Duration>
option_row duration(std::string_view flag, Duration& into, bounds within, const char* help) {
    const auto read = [&into, within](const option_row& row, error_list& errors) {
        into = Unit(read_number(row.flag, row.text(), within, errors));
    };
    return {flag, help, std::to_string(std::chrono::duration_cast<Unit>(into).count()), read};
}

// Has no default that is one number: an empty text leaves the field as it is.
template <class Number>
option_row number_if_given(std::string_view flag, Number& into, bounds within, const char* help) {
    const auto read = [&into, within](const option_row& row, error_list& errors) {
        if (!row.text().empty())
            into = Number(read_number(row.flag, row.text(), within, errors));
    };
    return {flag, help, std::string(), read};
}

template <class Value>
using names_of = std::initializer_list<std::pair<std::string_view, Value>>;

// "debug, info, warning or error"
template <class Value>
std::string alternatives(const std::vector<std::pair<std::string_view, Value>>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0)
            text += i + 1 < names.size() ? ", " : " or ";
        text += names[i].first;
    }
    return text;
}

// One of some names. The default is the name of the field's value; when it has none, an empty text leaves the
// field as it is.
template <class Value>
option_row choice(std::string_view flag, Value& into, names_of<Value> names, const char* help) {
    using pair = std::pair<std::string_view, Value>;
    const std::vector<pair> known(names);
    const auto initial = std::ranges::find(known, into, &pair::second);
    const bool is_optional = initial == known.end();
    const auto read = [&into, known, is_optional](const option_row& row, error_list& errors) {
        if (is_optional && row.text().empty())
            return;
        const auto found = std::ranges::find(known, row.text(), &pair::first);
        if (found != known.end())
            into = found->second;
        else
            errors.push_back(std::string(row.flag) + " must be " + alternatives(known) + ", not \"" +
                             row.text() + "\"");
    };
    return {flag, help, is_optional ? std::string() : std::string(initial->first), read};
}

template <class Text>
option_row text(std::string_view flag, Text& into, const char* help) {
    const auto read = [&into](const option_row& row, error_list&) { into = row.text(); };
    return {flag, help, std::string(into), read};
}

// A file that is read whole.
option_row file(std::string_view flag, fs::path& into, std::size_t bytes_max, const char* help) {
    const auto read = [&into, bytes_max](const option_row& row, error_list& errors) {
        into = row.text();
        const auto reason = into.empty() ? std::string() : why_not_readable(into, bytes_max);
        if (!reason.empty())
            errors.push_back(std::string(row.flag) + ": " + reason);
    };
    return {flag, help, std::string(), read};
}

option_row definitions(std::string_view flag, std::vector<scim::definition_file>& into, const char* help) {
    const auto read = [&into](const option_row& row, error_list& errors) {
        if (row.text().empty())
            return;
        auto folder = read_schema_folder(row.text());
        for (const auto& one : folder.errors)
            errors.push_back(std::string(row.flag) + ": " + one);
        into = std::move(folder.files);
    };
    return {flag, help, std::string(), read};
}

// May be given several times, or once with commas. `parse` appends an error where it returns nothing.
template <class Value, class Parse>
option_row list(std::string_view flag, std::vector<Value>& into, option_row::texts defaults, Parse parse,
        const char* help) {
    const auto read = [&into, parse](const option_row& row, error_list& errors) {
        into.clear();
        for (const auto& text : std::get<option_row::texts>(row.value))
            if (std::optional<Value> one = parse(std::string(row.flag), text, errors))
                into.push_back(std::move(*one));
    };
    return {flag, help, std::move(defaults), read};
}

option_row on_off(std::string_view flag, bool& into, const char* help) {
    return {flag, help, &into};
}

option_row with_default_in_help(option_row row) {
    row.shows_default = true;
    return row;
}

// --- the parsers of lists

std::optional<net::endpoint> read_listener(
        const std::string& flag, const std::string& text, error_list& errors) {
    auto parsed = net::endpoint::parse(text);
    if (parsed)
        return std::move(*parsed);
    errors.push_back(flag + " " + text + ": " + parsed.error().detail);
    return std::nullopt;
}

std::optional<net::endpoint> read_dns_server(
        const std::string& flag, const std::string& text, error_list& errors) {
    auto parsed = net::parse_dns_server(text);
    if (parsed)
        return std::move(*parsed);
    errors.push_back(flag + " " + parsed.error().detail);
    return std::nullopt;
}

std::optional<ip_network> read_network(const std::string& flag, const std::string& text, error_list& errors) {
    const auto parsed = ip_network::parse(text);
    if (!parsed)
        errors.push_back(flag + " must be an address or a network such as 192.0.2.0/24, not \"" + text + '"');
    return parsed;
}

std::optional<std::uint16_t> read_port(const std::string& flag, const std::string& text, error_list& errors) {
    constexpr std::int64_t port_max = 65'535;
    return static_cast<std::uint16_t>(read_number(flag, text, {1, port_max}, errors));
}

// --- the rows, in the order of --help; laid out by hand, most of them in two lines
// clang-format off

std::vector<option_row> general_options(configuration& s)
{
    return {
        with_default_in_help(text("--data", s.data,
            "Folder of the database, the lock and the control socket")),
        on_off("--json", s.is_json, "Commands print JSON"),
        text("--public-url", s.public_url,
            "The base of the URLs handed out (default: http://<listen>, or https with TLS)"),
        file("--master-key-file", s.master_key_file, key_file_bytes_max,
            "32 bytes in base64 or hex, which encrypt stored secrets; further lines: older keys (default:"
            " master.key in the data folder)"),
        definitions("--schema-dir", s.definitions,
            "Folder of JSON files: schemas and resource types beside the built-in ones"),
    };
}

std::vector<option_row> server_options(configuration& s, partial_settings& partial)
{
    return {
        with_default_in_help(list("--listen", s.listen, {"127.0.0.1:8080"}, read_listener,
            "HOST:PORT or unix:PATH; may be given several times")),
        file("--tls-certificate", partial.tls_certificate, certificate_file_bytes_max,
            "PEM file, leaf first; TCP listeners then speak TLS"),
        file("--tls-key", partial.tls_key, certificate_file_bytes_max, "PEM file of the private key"),
        on_off("--behind-tls-proxy", s.is_behind_tls_proxy,
            "Listeners beyond this machine may be plain: a proxy in front of them speaks TLS"),
        duration<seconds>("--token-lifetime-s", s.token_lifetime,
            {60, service::access_token_lifetime_max.count()},
            "How long an access token of an API client lives, in seconds"),
        number_if_given("--secret-days-max", s.secret_lifetime_max, {1, century_days},
            "How long a directory's new bearer token lives at the most, in days (default: without end)"),
        choice<bool>("--event-sink", s.writes_events, {{"stdout", true}},
            "stdout: events are written there as JSON lines"),
        choice<bool>("--event-sink-failure", s.ends_when_sink_fails, {{"not-ready", false}, {"exit", true}},
            "What happens while events cannot be written: not-ready, or exit"),
        number_if_given("--threads", s.threads, {1, 256}, "I/O threads (default: one a core)"),
        choice<log_level>("--log-level", s.log_least,
            {{"debug", log_level::debug}, {"info", log_level::info}, {"warning", log_level::warning},
             {"error", log_level::error}},
            "debug, info, warning or error"),
        number("--directory-requests-per-second", s.directory_rate.per_second, {0, service::request_rate_max},
            "How many SCIM requests a second each directory may send; 0: no limit"),
        number_if_given("--directory-request-burst", partial.directory_request_burst,
            {1, service::request_burst_max},
            "How many of them may come at once (default: those of ten seconds)"),
        on_off("--metrics-open", s.is_metrics_open, "Show /metrics to peers that are not loopback"),
    };
}

// Limits of one address, which hold before a request is authenticated.
std::vector<option_row> address_options(configuration& s)
{
    return {
        number("--connections-per-address", s.limits.connections_per_address_max, {1, million},
            "Connections at a time from one IPv4 address or IPv6 /64 network"),
        list("--trusted-proxy", s.limits.trusted_proxies, {}, read_network,
            "Address or network (CIDR) of proxies, which are exempt from the limits of one address"),
        number("--handshakes-per-address", s.limits.handshakes_per_address, {0, million},
            "TLS handshakes a second of one address, four times as many at once; 0: no limit"),
        number("--anonymous-requests-per-address", s.anonymous_requests_per_address, {0, million},
            "Requests a second without valid credentials of one address, four times as many at once; 0: no"
            " limit"),
    };
}

// Deadlines, and limits of requests and connections.
std::vector<option_row> limit_options(configuration& s, partial_settings& partial)
{
    const auto ms = [](std::string_view flag, milliseconds& into, std::int64_t least, const char* help) {
        return duration<milliseconds>(flag, into, {least, hour_ms}, help);
    };
    constexpr std::int64_t memory_mb_min = 64;  // the largest body must fit in a quarter
    constexpr std::int64_t memory_mb_max = 1'048'576;
    return {
        ms("--drain-grace-ms", s.drain_grace, 0, "How long to go on accepting after SIGTERM, not ready"),
        ms("--drain-deadline-ms", s.limits.drain_deadline, 1,
            "How long requests may go on after SIGTERM and the grace, until they are cancelled"),
        ms("--idle-deadline-ms", s.limits.idle_deadline, 1, "How long a connection may be idle"),
        ms("--header-deadline-ms", s.limits.header_deadline, 1, "How long a request's head may take"),
        ms("--body-deadline-ms", s.limits.body_deadline, 1,
            "How long a request's body may take, however large"),
        number_if_given("--connections-max", partial.connections_max, {1, million},
            "Connections at a time (default: 4096, with TLS 1024)"),
        number("--request-memory-mb", partial.request_memory_mb, {memory_mb_min, memory_mb_max},
            "Memory that requests under way may take together, in MiB"),
    };
}

std::vector<option_row> retention_options(configuration& s)
{
    constexpr std::int64_t entries_max = 1'000'000'000;
    constexpr std::int64_t decade_days = 3'650;
    constexpr std::int64_t day_s = 86'400;
    return {
        duration<days>("--audit-days", s.audit_kept.kept_for, {1, century_days},
            "How long the audit log is kept"),
        number("--audit-entries-max", s.audit_kept.entries_max, {1, entries_max},
            "How many entries of it are kept"),
        duration<days>("--request-log-days", s.requests_kept.kept_for, {1, decade_days},
            "How long a directory's log of SCIM requests is kept"),
        number("--request-log-entries-max", s.requests_kept.entries_max, {0, million},
            "How many of a directory's are kept; 0: none is logged"),
        duration<seconds>("--clock-hold-s", s.clock_hold, {1, day_s},
            "How long a time that the machine's clock has leapt to must hold until it is adopted"),
        duration<days>("--event-days", s.kept.events.kept_for, {1, century_days}, "How long events are kept"),
        number("--events-max", s.kept.events.events_max, {1, entries_max}, "How many events are kept"),
        number("--event-bytes-max", s.kept.events.bytes_max, {1, service::quota_max},
            "How many bytes of events are kept"),
        with_default_in_help(number("--disk-reserve-bytes", s.disk_reserve_bytes, {0, service::quota_max},
            "Below so many free bytes of the data folder's disk only deletions and deactivations are taken")),
    };
}

std::vector<option_row> quota_options(configuration& s)
{
    using store::usage::quota;
    const auto row = [&](std::string_view flag, quota which, const char* help) {
        return number_if_given(flag, s.quotas[store::usage::index_of(which)], {0, service::quota_max}, help);
    };
    return {
        row("--directory-users-max", quota::users, "Users (default: 1000000)"),
        row("--directory-groups-max", quota::groups, "Groups (default: 250000)"),
        row("--directory-resources-max", quota::resources, "Resources of other types (default: 1000000)"),
        row("--directory-memberships-max", quota::memberships, "Members of all groups (default: 10000000)"),
        row("--directory-document-bytes-max", quota::document_bytes,
            "Bytes of all resources (default: 10 GiB)"),
        row("--directory-event-bytes-max", quota::event_bytes,
            "Bytes of events that are kept (default: 5 GiB)"),
        row("--directory-events-per-second", quota::events_per_second,
            "Events a second, ten seconds' worth at once (default: 10000)"),
    };
}

std::vector<option_row> domain_options(configuration& s)
{
    constexpr std::int64_t year_hours = std::int64_t{24} * 365;
    return {
        list("--dns-server", s.dns_servers, {}, read_dns_server,
            "ADDRESS:PORT that domains are verified with; all must agree"),
        duration<hours>("--domain-window-hours", s.domain_window, {1, year_hours},
            "How long a domain's TXT record is looked for"),
        file("--mail-providers", s.mail_providers, list_file_bytes_max,
            "A file of names that no organization may own, one a line, in place of the built-in ones"),
        file("--reserved-domains", s.reserved_domains, list_file_bytes_max,
            "A file of special-use and shared names that no organization may own, in place of the"
            " built-in ones"),
    };
}

std::vector<option_row> webhook_options(configuration& s)
{
    option_row::texts ports;
    for (const auto port : s.webhook_ports)
        ports.push_back(std::to_string(port));
    return {
        on_off("--webhook-allow-private", s.allows_private_webhooks,
            "Webhooks may go to loopback and private addresses, to any port and by plain http"),
        with_default_in_help(list("--webhook-ports", s.webhook_ports, ports, read_port,
            "Ports that webhooks may go to")),
        duration<days>("--webhook-attempt-days", s.kept.attempts_kept_for, {1, century_days},
            "How long attempts of webhooks are kept"),
        file("--webhook-ca-file", s.webhook_ca_file, list_file_bytes_max,
            "PEM file of the authorities that webhook endpoints' certificates must be from"),
    };
}

// clang-format on

}  // namespace

std::int64_t read_number(std::string_view flag, const std::string& text, bounds within, error_list& errors) {
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || value < within.least || value > within.most) {
        errors.push_back(std::string(flag) + " must be a number from " + std::to_string(within.least) +
                         " to " + std::to_string(within.most) + ", not \"" + text + "\"");
    }
    return value;
}

std::string option_row::variable() const {
    std::string name = "SCIMD_";
    for (const char letter : flag.substr(2))
        name += letter == '-' ? '_' : static_cast<char>(letter - 'a' + 'A');
    return name;
}

std::vector<option_group> option_groups(configuration& settings, partial_settings& partial) {
    return {
            {"Options", general_options(settings)},
            {"Server", server_options(settings, partial)},
            {"Server", address_options(settings)},
            {"Server", limit_options(settings, partial)},
            {"Server", retention_options(settings)},
            {"Quotas of a directory; 0: any number", quota_options(settings)},
            {"Domains", domain_options(settings)},
            {"Webhooks", webhook_options(settings)},
    };
}

}  // namespace scimd::options
