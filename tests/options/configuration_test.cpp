#include "options/configuration.hpp"

#include "command_line.hpp"
#include "options/option_file.hpp"
#include "support/temp_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

namespace scimd::options {
namespace {

using namespace std::chrono_literals;

configuration settings_of(const words& given, const variables& environment = {}) {
    auto parsed = parse(given, environment);
    EXPECT_TRUE(parsed.run) << parsed.output;
    return parsed.run ? parsed.run->settings : configuration();
}

class configuration_test : public testing::Test {
protected:
    // Writes a configuration file with that text.
    std::string file(std::string_view text) {
        const auto path = folder.path() / "scimd.toml";
        std::ofstream(path) << text;
        return path.string();
    }

    test::temp_directory folder;
};

TEST_F(configuration_test, has_defaults) {
    const auto settings = settings_of({"serve"});
    EXPECT_EQ(settings.data, "data");
    EXPECT_FALSE(settings.is_json);
    EXPECT_EQ(settings.public_url, "http://127.0.0.1:8080");
    ASSERT_EQ(settings.listen.size(), 1U);
    EXPECT_EQ(settings.listen[0].text(), "127.0.0.1:8080");
    EXPECT_FALSE(settings.tls);
    EXPECT_FALSE(settings.is_behind_tls_proxy);
    EXPECT_EQ(settings.threads, std::max(1U, std::thread::hardware_concurrency()));
    EXPECT_EQ(settings.log_least, log_level::info);
    EXPECT_FALSE(settings.is_metrics_open);
    EXPECT_EQ(settings.drain_grace, 0ms);
    EXPECT_EQ(settings.limits.drain_deadline, 30s);
    EXPECT_FALSE(settings.ends_when_sink_fails);
    EXPECT_EQ(settings.limits.idle_deadline, 75s);
    EXPECT_EQ(settings.limits.header_deadline, 10s);
    EXPECT_EQ(settings.limits.connections_max, 4'096U);
    EXPECT_EQ(settings.limits.connections_per_address_max, 256U);
    EXPECT_TRUE(settings.limits.trusted_proxies.empty());
    EXPECT_EQ(settings.limits.handshakes_per_address, 50);
    EXPECT_EQ(settings.anonymous_requests_per_address, 100);
    EXPECT_EQ(settings.limits.body_deadline, 60s);
    EXPECT_EQ(settings.limits.body_memory.bytes_max, net::limits().body_memory.bytes_max);
    EXPECT_EQ(settings.limits.request_memory.bytes_max, net::limits().request_memory.bytes_max);
}

TEST_F(configuration_test, connections_max_has_a_lower_default_with_tls) {
    const auto of = [](words more) {
        words all{"serve", "--tls-certificate", "c.pem", "--tls-key", "k.pem"};
        all.insert(all.end(), more.begin(), more.end());
        return settings_of(all).limits.connections_max;
    };
    EXPECT_EQ(of({}), 1'024U);
    EXPECT_EQ(of({"--connections-max", "4096"}), 4'096U);
}

TEST_F(configuration_test, the_master_key_comes_from_a_file_or_the_environment) {
    EXPECT_EQ(settings_of({"serve"}).master_key_file, "");
    EXPECT_EQ(settings_of({"serve"}).master_key, "");
    EXPECT_EQ(settings_of({"serve", "--master-key-file", "/run/key"}).master_key_file, "/run/key");
    EXPECT_EQ(settings_of({"serve"}, {{"SCIMD_MASTER_KEY_FILE", "/run/key"}}).master_key_file, "/run/key");
    EXPECT_EQ(settings_of({"serve"}, {{"SCIMD_MASTER_KEY", "hunter2"}}).master_key, "hunter2");
    const auto both = parse({"serve", "--master-key-file", "/run/key"}, {{"SCIMD_MASTER_KEY", "hunter2"}});
    EXPECT_EQ(both.exit_code, 2);
    EXPECT_NE(both.output.find("--master-key-file and SCIMD_MASTER_KEY"), std::string::npos);
    EXPECT_EQ(both.output.find("hunter2"), std::string::npos);
}

TEST_F(configuration_test, reads_the_retention_of_events_and_attempts) {
    const auto kept = settings_of({"serve"}).kept;
    EXPECT_EQ(kept.events, (service::event_retention{std::chrono::days(90), 10'000'000}));
    EXPECT_EQ(kept.attempts_kept_for, std::chrono::days(90));
    EXPECT_FALSE(settings_of({"serve"}).writes_events);
    EXPECT_TRUE(settings_of({"serve"}, {{"SCIMD_EVENT_SINK", "stdout"}}).writes_events);
    const auto flags = settings_of({"serve", "--event-days=5", "--events-max=6", "--webhook-attempt-days=7"});
    EXPECT_EQ(flags.kept.events, (service::event_retention{std::chrono::days(5), 6}));
    EXPECT_EQ(flags.kept.attempts_kept_for, std::chrono::days(7));
    const auto variables = settings_of({"serve"},
            {{"SCIMD_EVENT_DAYS", "8"}, {"SCIMD_EVENTS_MAX", "9"}, {"SCIMD_WEBHOOK_ATTEMPT_DAYS", "10"}});
    EXPECT_EQ(variables.kept.events, (service::event_retention{std::chrono::days(8), 9}));
    EXPECT_EQ(variables.kept.attempts_kept_for, std::chrono::days(10));
}

TEST_F(configuration_test, reads_quotas_and_the_disk_reserve) {
    constexpr std::int64_t gibibytes_5 = 5'368'709'120;
    const auto usual = settings_of({"serve"});
    EXPECT_EQ(usual.quotas, service::default_quota_limits);
    EXPECT_EQ(usual.kept.events.directory_bytes_max, gibibytes_5);
    EXPECT_EQ(usual.kept.events.bytes_max, 4 * gibibytes_5);
    EXPECT_EQ(usual.disk_reserve_bytes, 268'435'456);
    const auto flags = settings_of({"serve", "--directory-users-max=1", "--directory-groups-max=2",
            "--directory-resources-max=3", "--directory-memberships-max=4",
            "--directory-document-bytes-max=5", "--directory-event-bytes-max=6",
            "--directory-events-per-second=0", "--event-bytes-max=8", "--disk-reserve-bytes=9"});
    EXPECT_EQ(flags.quotas, (service::quota_limits{1, 2, 3, 4, 5, 6, 0}));
    EXPECT_EQ(flags.kept.events.directory_bytes_max, 6);
    EXPECT_EQ(flags.kept.events.bytes_max, 8);
    EXPECT_EQ(flags.disk_reserve_bytes, 9);
    const auto variables =
            settings_of({"serve"}, {{"SCIMD_DIRECTORY_USERS_MAX", "10"}, {"SCIMD_DISK_RESERVE_BYTES", "11"}});
    EXPECT_EQ(variables.quotas.front(), 10);
    EXPECT_EQ(variables.disk_reserve_bytes, 11);
}

TEST_F(configuration_test, clock_hold_is_ten_minutes_by_default) {
    EXPECT_EQ(settings_of({"serve"}).clock_hold, std::chrono::minutes(10));
    EXPECT_EQ(settings_of({"serve", "--clock-hold-s=1"}).clock_hold, std::chrono::seconds(1));
    EXPECT_EQ(settings_of({"serve"}, {{"SCIMD_CLOCK_HOLD_S", "86400"}}).clock_hold, std::chrono::hours(24));
}

// Reading a device would never end.
TEST_F(configuration_test, files_of_options_must_be_regular_and_not_too_large) {
    for (const auto* flag : {"--master-key-file", "--tls-certificate", "--tls-key", "--webhook-ca-file",
                 "--mail-providers", "--reserved-domains"}) {
        const auto refused = parse({"serve", flag, "/dev/zero"});
        EXPECT_EQ(refused.exit_code, 2);
        EXPECT_NE(refused.output.find(std::string(flag) + ": /dev/zero is not a regular file\n"),
                std::string::npos)
                << refused.output;
    }
    EXPECT_NE(parse({"serve", "--config", "/dev/zero"}).output.find("/dev/zero is not a regular file"),
            std::string::npos);
    EXPECT_EQ(parse({"serve", "--schema-dir", "/dev/zero"}).exit_code, 2);
    const auto path = folder.path() / "file";
    std::ofstream(path) << "one";
    EXPECT_EQ(why_not_readable(path, 3), "");
    EXPECT_EQ(why_not_readable(path, 2), path.string() + " has more than 2 bytes");
    EXPECT_EQ(why_not_readable(folder.path(), 3), folder.path().string() + " is not a regular file");
    EXPECT_EQ(why_not_readable(folder.path() / "absent", 3), "");
}

TEST_F(configuration_test, secrets_have_no_maximum_lifetime_by_default) {
    EXPECT_FALSE(settings_of({"serve"}).secret_lifetime_max);
    EXPECT_EQ(settings_of({"serve", "--secret-days-max=90"}).secret_lifetime_max, std::chrono::days(90));
    const auto variable = settings_of({"serve"}, {{"SCIMD_SECRET_DAYS_MAX", "365"}});
    EXPECT_EQ(variable.secret_lifetime_max, std::chrono::days(365));
}

TEST_F(configuration_test, directories_have_no_rate_limit_by_default) {
    EXPECT_EQ(settings_of({"serve"}).directory_rate.per_second, 0);
    const auto rate = settings_of({"serve", "--directory-requests-per-second", "50"}).directory_rate;
    EXPECT_EQ(rate.per_second, 50);
    EXPECT_EQ(rate.burst, 500);
    const auto burst = [&](const char* size) {
        return parse({"serve", "--directory-requests-per-second", "50", "--directory-request-burst", size});
    };
    EXPECT_EQ(burst("1").run->settings.directory_rate.burst, 1);
    EXPECT_EQ(burst("100000000").run->settings.directory_rate.burst, 100'000'000);
    EXPECT_FALSE(burst("0").run);
    EXPECT_FALSE(burst("100000001").run);
}

TEST_F(configuration_test, reads_every_option) {
    const auto settings = settings_of({"serve", "--data", "/srv/x", "--json", "--public-url",
            "https://scim.test/", "--listen", "[::1]:1", "--listen", "unix:/run/s", "--tls-certificate",
            "c.pem", "--tls-key", "k.pem", "--behind-tls-proxy", "--threads", "3", "--log-level", "debug",
            "--metrics-open", "--drain-grace-ms", "5", "--idle-deadline-ms", "6", "--header-deadline-ms", "7",
            "--connections-max", "8", "--body-deadline-ms", "9", "--connections-per-address", "10",
            "--handshakes-per-address", "11", "--anonymous-requests-per-address", "12", "--trusted-proxy",
            "192.0.2.0/24,2001:db8::/32", "--trusted-proxy", "203.0.113.7", "--request-memory-mb", "400"});
    EXPECT_EQ(settings.data, "/srv/x");
    EXPECT_TRUE(settings.is_json);
    EXPECT_EQ(settings.public_url, "https://scim.test");
    ASSERT_EQ(settings.listen.size(), 2U);
    EXPECT_EQ(settings.listen[0].text(), "[::1]:1");
    EXPECT_EQ(settings.listen[1].unix_path, "/run/s");
    ASSERT_TRUE(settings.tls);
    EXPECT_EQ(settings.tls->certificate, "c.pem");
    EXPECT_EQ(settings.tls->key, "k.pem");
    EXPECT_TRUE(settings.is_behind_tls_proxy);
    EXPECT_EQ(settings.threads, 3U);
    EXPECT_EQ(settings.log_least, log_level::debug);
    EXPECT_TRUE(settings.is_metrics_open);
    EXPECT_EQ(settings.drain_grace, 5ms);
    EXPECT_EQ(settings.limits.idle_deadline, 6ms);
    EXPECT_EQ(settings.limits.header_deadline, 7ms);
    EXPECT_EQ(settings.limits.connections_max, 8U);
    EXPECT_EQ(settings.limits.body_deadline, 9ms);
    EXPECT_EQ(settings.limits.connections_per_address_max, 10U);
    EXPECT_EQ(settings.limits.handshakes_per_address, 11);
    EXPECT_EQ(settings.anonymous_requests_per_address, 12);
    ASSERT_EQ(settings.limits.trusted_proxies.size(), 3U);
    EXPECT_EQ(settings.limits.trusted_proxies[1].text(), "2001:db8::/32");
    EXPECT_EQ(settings.limits.trusted_proxies[2].text(), "203.0.113.7/32");
    EXPECT_EQ(settings.limits.body_memory.bytes_max, 100U * 1024 * 1024);
    EXPECT_EQ(settings.limits.request_memory.bytes_max, 300U * 1024 * 1024);
}

TEST_F(configuration_test, options_may_precede_or_follow_the_command) {
    const words rows[] = {
            {"--data", "x", "organization", "list"},
            {"organization", "--data", "x", "list"},
            {"organization", "list", "--data", "x"},
            {"organization", "list", "--data=x"},
    };
    for (const auto& row : rows)
        EXPECT_EQ(settings_of(row).data, "x") << row.front();
}

TEST_F(configuration_test, flags_override_the_environment_which_overrides_the_file) {
    const auto config = file("data = \"of the file\"\nthreads = 5\nlog-level = \"error\"\n");
    EXPECT_EQ(settings_of({"serve", "--config", config}).data, "of the file");
    const variables environment{{"SCIMD_DATA", "of the environment"}, {"SCIMD_THREADS", "6"}};
    auto settings = settings_of({"serve", "--config", config}, environment);
    EXPECT_EQ(settings.data, "of the environment");
    EXPECT_EQ(settings.threads, 6U);
    EXPECT_EQ(settings.log_least, log_level::error);
    settings = settings_of({"serve", "--config", config, "--data", "of the flag"}, environment);
    EXPECT_EQ(settings.data, "of the flag");
    EXPECT_EQ(settings.threads, 6U);
    settings = settings_of({"serve", "--data=of the flag"}, environment);
    EXPECT_EQ(settings.data, "of the flag");
    EXPECT_EQ(settings_of({"serve"}, {{"SCIMD_CONFIG", config}}).threads, 5U);
    EXPECT_EQ(settings_of({"serve"}, {{"SCIMD_DATA", ""}}).data, "data") << "an empty variable is none";
}

TEST_F(configuration_test, reads_environment_variables) {
    const auto settings = settings_of(
            {"serve"}, {{"SCIMD_PUBLIC_URL", "https://x.test"}, {"SCIMD_LISTEN", "127.0.0.1:1,unix:/run/s"},
                               {"SCIMD_TLS_CERTIFICATE", "c"}, {"SCIMD_TLS_KEY", "k"},
                               {"SCIMD_BEHIND_TLS_PROXY", "true"}, {"SCIMD_LOG_LEVEL", "warning"},
                               {"SCIMD_DRAIN_GRACE_MS", "5"}, {"SCIMD_IDLE_DEADLINE_MS", "6"},
                               {"SCIMD_HEADER_DEADLINE_MS", "7"}, {"SCIMD_CONNECTIONS_MAX", "8"},
                               {"SCIMD_METRICS_OPEN", "true"}});
    EXPECT_EQ(settings.public_url, "https://x.test");
    EXPECT_EQ(settings.listen.size(), 2U);
    EXPECT_TRUE(settings.tls);
    EXPECT_TRUE(settings.is_behind_tls_proxy);
    EXPECT_EQ(settings.log_least, log_level::warning);
    EXPECT_EQ(settings.drain_grace, 5ms);
    EXPECT_EQ(settings.limits.idle_deadline, 6ms);
    EXPECT_EQ(settings.limits.header_deadline, 7ms);
    EXPECT_EQ(settings.limits.connections_max, 8U);
    EXPECT_TRUE(settings.is_metrics_open);
    EXPECT_FALSE(settings_of({"serve"}, {{"SCIMD_METRICS_OPEN", "false"}}).is_metrics_open);
}

TEST_F(configuration_test, reads_the_configuration_file) {
    const auto config = file(
            "# of this host\npublic-url = \"https://x.test\"\nlisten = [\"127.0.0.1:1\", \"unix:/run/s\"]\n"
            "metrics-open = true\nconnections-max = 9\n");
    const auto settings = settings_of({"serve", "--config", config});
    EXPECT_EQ(settings.public_url, "https://x.test");
    EXPECT_EQ(settings.listen.size(), 2U);
    EXPECT_TRUE(settings.is_metrics_open);
    EXPECT_EQ(settings.limits.connections_max, 9U);
}

TEST_F(configuration_test, the_public_url_defaults_to_the_first_listener) {
    struct row {
        words given;
        std::string_view url;
    };
    const row rows[] = {
            {{"serve", "--listen", "127.0.0.1:81"}, "http://127.0.0.1:81"},
            {{"serve", "--listen", "10.0.0.1:81", "--tls-certificate", "c", "--tls-key", "k"},
                    "https://10.0.0.1:81"},
            {{"serve", "--listen", "unix:/run/s"}, "http://localhost"},
            {{"serve", "--public-url", "https://x.test///"}, "https://x.test"},
            {{"serve", "--public-url", "https://x.test/scim/"}, "https://x.test/scim"},
    };
    for (const auto& row : rows) {
        const auto settings = settings_of(row.given);
        EXPECT_EQ(settings.public_url, row.url);
        EXPECT_EQ(settings.is_public_url_given, row.given[1] == "--public-url");
    }
}

std::string unencrypted_listener(const std::string& where) {
    return "scimd: --listen " + where +
           ": beyond this machine tokens must not be sent in clear; give --tls-certificate and --tls-key, or"
           " --behind-tls-proxy when a proxy in front of it speaks TLS\nscimd: see scimd --help\n";
}

std::string unencrypted_public_url(const std::string& url) {
    return "scimd: --public-url must be https, or http of this machine alone, for tokens are sent there; not "
           "\"" +
           url + "\"\nscimd: see scimd --help\n";
}

struct transport_row {
    words given;
    std::string error;  // empty: none
};

void expect_errors(const std::vector<transport_row>& rows) {
    for (const auto& row : rows) {
        auto given = row.given;
        given.insert(given.begin(), "serve");
        const auto parsed = parse(given);
        EXPECT_EQ(parsed.run.has_value(), row.error.empty()) << given.back();
        EXPECT_EQ(parsed.output, row.error);
    }
}

TEST_F(configuration_test, listeners_beyond_loopback_require_encryption) {
    expect_errors({
            {{"--listen", "127.0.0.1:80"}, ""},
            {{"--listen", "127.9.9.9:80"}, ""},
            {{"--listen", "[::1]:80"}, ""},
            {{"--listen", "LOCALHOST:80"}, ""},
            {{"--listen", "unix:/run/s"}, ""},
            {{"--listen", ":80"}, unencrypted_listener(":80")},
            {{"--listen", "0.0.0.0:80"}, unencrypted_listener("0.0.0.0:80")},
            {{"--listen", "128.0.0.1:80"}, unencrypted_listener("128.0.0.1:80")},
            {{"--listen", "[::]:80"}, unencrypted_listener("[::]:80")},
            {{"--listen", "[::2]:80"}, unencrypted_listener("[::2]:80")},
            {{"--listen", "localhost.example:80"}, unencrypted_listener("localhost.example:80")},
            {{"--listen", "127.0.0.1:80", "--listen", "10.0.0.1:80"}, unencrypted_listener("10.0.0.1:80")},
            {{"--listen", ":80", "--tls-certificate", "c", "--tls-key", "k"}, ""},
            {{"--listen", ":80", "--behind-tls-proxy", "--public-url", "https://x.test"}, ""},
            {{"--listen", "127.0.0.1:80", "--behind-tls-proxy"}, ""},
            {{"--listen", ":80", "--behind-tls-proxy"},
                    "scimd: --behind-tls-proxy wants --public-url, the https address of the proxy\n"
                    "scimd: see scimd --help\n"},
    });
}

TEST_F(configuration_test, an_unencrypted_public_url_must_be_loopback) {
    expect_errors({
            {{"--public-url", "http://localhost"}, ""},
            {{"--public-url", "http://127.0.0.1:8080/scim"}, ""},
            {{"--public-url", "http://[::1]:8080"}, ""},
            {{"--public-url", "http://x.test"}, unencrypted_public_url("http://x.test")},
            {{"--public-url", "http://10.0.0.1:80/a"}, unencrypted_public_url("http://10.0.0.1:80/a")},
            {{"--public-url", "http://[::2]"}, unencrypted_public_url("http://[::2]")},
            {{"--public-url", "http://[::1"}, unencrypted_public_url("http://[::1")},
            {{"--public-url", "http://localhost@x.test"}, unencrypted_public_url("http://localhost@x.test")},
            {{"--public-url", "http://[::1]@x.test"}, unencrypted_public_url("http://[::1]@x.test")},
            {{"--public-url", "http://[::1]:a@x.test"}, unencrypted_public_url("http://[::1]:a@x.test")},
            {{"--public-url", "http://localhost:a@x.test"},
                    unencrypted_public_url("http://localhost:a@x.test")},
            {{"--public-url", "http://x.test", "--behind-tls-proxy"},
                    unencrypted_public_url("http://x.test")},
    });
}

TEST_F(configuration_test, each_value_has_bounds) {
    struct row {
        std::string option;
        std::string value;
        bool is_taken;
    };
    const row rows[] = {
            {"--threads", "1", true},
            {"--threads", "256", true},
            {"--threads", "0", false},
            {"--threads", "257", false},
            {"--threads", "-1", false},
            {"--threads", "two", false},
            {"--threads", "2x", false},
            {"--threads", "99999999999999999999", false},
            {"--drain-grace-ms", "0", true},
            {"--drain-grace-ms", "3600000", true},
            {"--drain-grace-ms", "3600001", false},
            {"--drain-grace-ms", "-1", false},
            {"--drain-grace-ms", "1.5", false},
            {"--drain-deadline-ms", "1", true},
            {"--drain-deadline-ms", "3600000", true},
            {"--drain-deadline-ms", "0", false},
            {"--drain-deadline-ms", "3600001", false},
            {"--idle-deadline-ms", "1", true},
            {"--idle-deadline-ms", "0", false},
            {"--idle-deadline-ms", "3600001", false},
            {"--header-deadline-ms", "1", true},
            {"--header-deadline-ms", "0", false},
            {"--directory-requests-per-second", "0", true},
            {"--directory-requests-per-second", "1000000", true},
            {"--directory-requests-per-second", "-1", false},
            {"--directory-requests-per-second", "1000001", false},
            {"--directory-request-burst", "5", false},  // without a rate
            {"--connections-max", "1", true},
            {"--connections-max", "1000000", true},
            {"--connections-max", "0", false},
            {"--connections-max", "1000001", false},
            {"--body-deadline-ms", "1", true},
            {"--body-deadline-ms", "3600000", true},
            {"--body-deadline-ms", "0", false},
            {"--body-deadline-ms", "3600001", false},
            {"--connections-per-address", "1", true},
            {"--connections-per-address", "1000000", true},
            {"--connections-per-address", "0", false},
            {"--connections-per-address", "1000001", false},
            {"--handshakes-per-address", "0", true},
            {"--handshakes-per-address", "1000000", true},
            {"--handshakes-per-address", "-1", false},
            {"--handshakes-per-address", "1000001", false},
            {"--anonymous-requests-per-address", "0", true},
            {"--anonymous-requests-per-address", "1000000", true},
            {"--anonymous-requests-per-address", "-1", false},
            {"--anonymous-requests-per-address", "1000001", false},
            {"--trusted-proxy", "192.0.2.0/24", true},
            {"--trusted-proxy", "192.0.2.1/24", false},
            {"--trusted-proxy", "proxy.example.com", false},
            {"--request-memory-mb", "64", true},
            {"--request-memory-mb", "1048576", true},
            {"--request-memory-mb", "63", false},
            {"--request-memory-mb", "1048577", false},
            {"--event-sink", "stdout", true},
            {"--event-sink", "stderr", false},
            {"--event-sink-failure", "not-ready", true},
            {"--event-sink-failure", "exit", true},
            {"--event-sink-failure", "", false},
            {"--event-sink-failure", "ignore", false},
            {"--event-days", "1", true},
            {"--event-days", "36500", true},
            {"--event-days", "0", false},
            {"--event-days", "36501", false},
            {"--events-max", "1", true},
            {"--events-max", "1000000000", true},
            {"--events-max", "0", false},
            {"--events-max", "1000000001", false},
            {"--event-bytes-max", "1", true},
            {"--event-bytes-max", "0", false},
            {"--directory-users-max", "0", true},
            {"--directory-users-max", "1000000000000000", true},
            {"--directory-users-max", "1000000000000001", false},
            {"--directory-events-per-second", "-1", false},
            {"--disk-reserve-bytes", "0", true},
            {"--disk-reserve-bytes", "256M", false},
            {"--webhook-attempt-days", "1", true},
            {"--webhook-attempt-days", "0", false},
            {"--secret-days-max", "1", true},
            {"--secret-days-max", "36500", true},
            {"--secret-days-max", "0", false},
            {"--secret-days-max", "36501", false},
            {"--log-level", "info", true},
            {"--log-level", "INFO", false},
            {"--log-level", "trace", false},
            {"--listen", "127.0.0.1:65535", true},
            {"--listen", "127.0.0.1:65536", false},
            {"--listen", "127.0.0.1", false},
            {"--listen", "unix:", false},
            {"--public-url", "https://x.test", true},
            {"--public-url", "ftp://x.test", false},
            {"--public-url", "x.test", false},
            {"--public-url", "https://", false},
            {"--public-url", "https://x.test?a=b", false},
            {"--public-url", "https://x.test#a", false},
            {"--public-url", "https://x test", false},
            {"--public-url", "https://x.test/\"a", false},
            {"--public-url", "https://x.test\\a", false},
            {"--public-url", "https://x.test\na", false},
            {"--tls-key", "k.pem", false},
            {"--tls-certificate", "c.pem", false},
    };
    for (const auto& row : rows) {
        const auto parsed = parse({"serve", row.option + "=" + row.value});
        EXPECT_EQ(parsed.run.has_value(), row.is_taken) << row.option << ' ' << row.value << parsed.output;
        if (!row.is_taken) {
            EXPECT_EQ(parsed.exit_code, 2) << row.option << ' ' << row.value;
            EXPECT_NE(parsed.output.find(row.option), std::string::npos) << parsed.output;
        }
    }
}

TEST_F(configuration_test, reports_all_errors_at_once) {
    const auto config = file("threads = \"none\"\ncolour = \"red\"\nflavour = \"sweet\"\n");
    const auto parsed = parse({"serve", "--config", config, "--bogus", "--log-level", "loud", "--listen",
                                      "nowhere", "--public-url", "x", "--tls-key", "k"},
            {{"SCIMD_DRAIN_GRACE_MS", "soon"}});
    EXPECT_FALSE(parsed.run);
    EXPECT_EQ(parsed.exit_code, 2);
    for (const auto* const mentioned :
            {"--bogus", "colour", "flavour", "--threads", "--log-level", "loud", "nowhere", "--public-url",
                    "--tls-certificate", "--drain-grace-ms", "soon", "scimd --help"}) {
        EXPECT_NE(parsed.output.find(mentioned), std::string::npos) << mentioned << " in\n" << parsed.output;
    }
}

TEST_F(configuration_test, a_missing_configuration_file_is_an_error) {
    const auto missing = parse({"serve", "--config", (folder.path() / "none").string()});
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_NE(missing.output.find("none"), std::string::npos) << missing.output;
}

}  // namespace
}  // namespace scimd::options
