#include "options/option_table.hpp"

#include "options/option_file.hpp"
#include "options/transport_security.hpp"
#include "store/usage.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

namespace scimd::options {
namespace {

// --- settings that are made of more than one option

std::string checked_public_url(const configuration& settings, error_list& errors) {
    auto text = settings.public_url;
    if (text.empty() && !settings.listen.empty()) {
        const auto& first = settings.listen.front();
        text = first.is_unix() ? "http://localhost" : (settings.tls ? "https://" : "http://") + first.text();
    } else if (text.empty()) {
        return text;  // --listen is wrong
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

// From the environment only: flags can be read in the list of processes.
std::string master_key_of_environment(const configuration& settings, error_list& errors) {
    const auto* value = std::getenv("SCIMD_MASTER_KEY");
    const std::string text = value ? value : "";
    if (!text.empty() && !settings.master_key_file.empty())
        errors.emplace_back("--master-key-file and SCIMD_MASTER_KEY are not given together");
    return text;
}

// A quarter is for bodies that are being received, the rest for requests that are being carried out.
void set_memory(net::limits& limits, std::int64_t whole_mb) {
    constexpr std::size_t mib = 1024 * 1024;
    const auto quarter = static_cast<std::size_t>(whole_mb) * mib / 4;
    limits.body_memory = net::memory_limits::of(quarter, limits.body_memory.small_request_bytes_max);
    limits.request_memory =
            net::memory_limits::of(quarter * 3, limits.request_memory.small_request_bytes_max);
}

}  // namespace

option_table::option_table(configuration& settings) : settings_(settings) {
    settings_.threads = std::max(1U, std::thread::hardware_concurrency());
    groups_ = option_groups(settings_, partial_);
}

void option_table::declare(CLI::App& app) {
    const auto add = [&](option_row& row) {
        const std::string flag(row.flag);
        if (auto* const is_on = std::get_if<bool*>(&row.value))
            return app.add_flag(flag, **is_on, row.help);
        if (auto* const texts = std::get_if<option_row::texts>(&row.value))
            return app.add_option(flag, *texts, row.help)->delimiter(',');
        return app.add_option(flag, std::get<std::string>(row.value), row.help);
    };
    for (auto& group : groups_) {
        for (auto& row : group.rows) {
            auto* const option = add(row)->envname(row.variable())->group(group.title);
            if (row.shows_default)
                option->capture_default_str();
        }
    }
    app.set_config("--config", "", "A file with any of these options, one `name = value` a line")
            ->envname("SCIMD_CONFIG")
            ->check([](const std::string& file) {
                return why_not_readable(file, configuration_file_bytes_max);
            });
}

error_list option_table::read() {
    error_list errors;
    for (const auto& group : groups_)
        for (const auto& row : group.rows)
            if (row.read)
                row.read(row, errors);
    combine(errors);
    return errors;
}

void option_table::combine(error_list& errors) {
    auto& s = settings_;
    const bool has_certificate = !partial_.tls_certificate.empty();
    const bool has_key = !partial_.tls_key.empty();
    if (has_certificate != has_key)
        errors.emplace_back("--tls-certificate and --tls-key are given together or not at all");
    if (has_certificate || has_key)
        s.tls = net::tls_files{partial_.tls_certificate, partial_.tls_key};
    s.is_public_url_given = !s.public_url.empty();
    s.public_url = checked_public_url(s, errors);
    s.master_key = master_key_of_environment(s, errors);
    s.kept.events.directory_bytes_max = s.quotas[store::usage::index_of(store::usage::quota::event_bytes)];
    set_memory(s.limits, partial_.request_memory_mb);

    // An encrypted connection takes eight times the memory of another.
    constexpr std::size_t encrypted_connections_max = 1'024;
    const auto connections_default = has_key ? encrypted_connections_max : s.limits.connections_max;
    s.limits.connections_max = partial_.connections_max.value_or(connections_default);

    constexpr std::int64_t burst_seconds = 10;
    const auto burst_default = burst_seconds * s.directory_rate.per_second;
    s.directory_rate.burst = partial_.directory_request_burst.value_or(burst_default);
    if (partial_.directory_request_burst && s.directory_rate.per_second == 0)
        errors.emplace_back("--directory-request-burst needs --directory-requests-per-second");

    std::ranges::move(transport_errors(s), std::back_inserter(errors));
}

}  // namespace scimd::options
