// Domain checks against a real name server, with a clock that the test moves.
#include "jobs/domain_checks.hpp"

#include "support/api_fixture.hpp"
#include "support/name_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::jobs {
namespace {

using namespace std::chrono_literals;

class domain_checks_test : public testing::Test {
protected:
    domain_checks_test() { ask_servers({server.address()}); }
    ~domain_checks_test() override {
        watch->stop();
        resolver.reset();
        watch->wait_until_idle();
    }

    void ask_servers(const std::vector<std::string>& addresses) {
        net::dns_options options;
        for (const auto& address : addresses)
            options.servers.push_back(net::parse_dns_server(address).value());
        options.first_wait = 100ms;
        options.tries = 1;
        options.queries_per_second = 1'000;
        resolver = net::make_dns_resolver(options, fixture.metrics);
        fixture.look_up_txt = make_txt_look_up(*resolver);
        watch.emplace(*fixture.database, fixture.domain_policy, fixture.look_up_txt, environment_id{1}, log);
    }

    std::string claim(std::string_view name) {
        const auto made = fixture.operate(
                "POST", domains, R"({"domain":")" + std::string(name) + R"(","verification_method":"DNS"})");
        return std::string(made.member("domain").at("id").as_string());
    }

    json::object show(const std::string& id) {
        return fixture.operate("GET", domains + "/" + id).member("domain");
    }

    std::string text_of(const std::string& id, std::string_view member) {
        return std::string(show(id).at(member).as_string());
    }

    std::string outcome_of(const std::string& id) {
        return std::string(show(id).at("last_check").at("outcome").as_string());
    }

    void publish(const std::string& id) {
        server.set("late.test", "_scimd-challenge TXT \"token=" + text_of(id, "txt_record_secret") + "\"");
    }
    void unpublish() { server.set("late.test", ""); }

    // Advances the clock and runs the checks that are due then.
    void pass(std::chrono::microseconds time) {
        fixture.clock.advance(time);
        watch->ask_about_due();
        watch->wait_until_idle();
    }

    std::vector<std::string> published() {
        auto all = fixture.event_types();
        std::erase_if(all, [](const std::string& type) { return !type.starts_with("domain_dns"); });
        return all;
    }

    using types = std::vector<std::string>;
    test::api_fixture fixture;
    const std::string domains = "/api/v1/organizations/" + fixture.organization + "/domains";
    test::name_server server{{"late.test"}};
    logger log{[](std::string_view) {}, log_level::error};
    std::unique_ptr<net::dns_resolver> resolver;
    std::optional<domain_checks> watch;
};

TEST_F(domain_checks_test, a_domain_is_verified_expires_and_is_verified_again) {
    const auto id = claim("late.test");
    pass(59s);
    EXPECT_FALSE(show(id).contains("last_check"));
    pass(1s);
    EXPECT_EQ(outcome_of(id), "NO_SUCH_NAME");
    EXPECT_EQ(text_of(id, "verification_status"), "PENDING");
    publish(id);
    pass(119s);
    EXPECT_EQ(text_of(id, "verification_status"), "PENDING");
    pass(1s);
    EXPECT_EQ(text_of(id, "verification_status"), "VERIFIED");
    EXPECT_EQ(published(), types{"domain_dns_verification_success"});
    pass(24h);
    EXPECT_EQ(outcome_of(id), "FOUND");

    unpublish();
    for (int day = 0; day < 3; ++day)
        pass(24h);
    EXPECT_EQ(text_of(id, "verification_status"), "VERIFIED");
    EXPECT_TRUE(show(id).contains("absent_since"));
    pass(24h);
    EXPECT_EQ(text_of(id, "verification_status"), "PENDING");
    EXPECT_TRUE(show(id).at("lapsed").as_bool());
    EXPECT_EQ(fixture.scim("POST", "/Users", R"({"userName":"a","emails":[{"value":"a@late.test"}]})").status,
            400);
    publish(id);
    pass(1min);
    EXPECT_EQ(text_of(id, "verification_status"), "VERIFIED");
    EXPECT_FALSE(show(id).at("lapsed").as_bool());
    EXPECT_EQ(published(), (types{"domain_dns_verification_success", "domain_dns_verification_lapsing",
                                   "domain_dns_verification_lapsing", "domain_dns_verification_lapsing",
                                   "domain_dns_verification_lapsed", "domain_dns_verification_success"}));
}

TEST_F(domain_checks_test, a_domain_fails_at_the_end_of_its_window) {
    fixture.domain_policy.schedule.window = 2h;
    const auto id = claim("late.test");
    server.set("late.test", "_scimd-challenge TXT \"token=somebody-else-s\"");
    for (int i = 0; i < 119; ++i)
        pass(1min);
    EXPECT_EQ(outcome_of(id), "TOKEN_MISSING");
    EXPECT_EQ(text_of(id, "verification_status"), "PENDING");
    pass(1min);
    EXPECT_EQ(text_of(id, "verification_status"), "FAILED");
    EXPECT_EQ(published(), types{"domain_dns_verification_failed"});
    // Too late: a new claim has a new token.
    publish(id);
    pass(24h);
    EXPECT_EQ(fixture.operate("PATCH", domains + "/" + id + ":verify").text, R"({"verified":false})");
    EXPECT_EQ(text_of(id, "verification_status"), "FAILED");
}

TEST_F(domain_checks_test, a_domain_is_checked_after_the_clock_was_set_back) {
    fixture.clock.advance(365 * 24h);
    const auto id = claim("late.test");
    publish(id);
    pass(-365 * 24h);
    EXPECT_EQ(text_of(id, "verification_status"), "VERIFIED");
}

TEST_F(domain_checks_test, one_lying_server_neither_verifies_a_domain_nor_revokes_it) {
    std::atomic<bool> has_it = true;
    const auto id = claim("late.test");
    const auto token = text_of(id, "txt_record_secret");  // before the server's thread reads it
    test::scripted_name_server liar([&](const std::string& query) {
        return test::scripted_name_server::messages{
                has_it ? test::dns_response(query, 0, {"token=" + token}) : test::dns_response(query, 3)};
    });
    watch->stop();
    ask_servers({server.address(), liar.address()});
    pass(1min);
    EXPECT_EQ(outcome_of(id), "DISAGREEMENT");
    EXPECT_EQ(text_of(id, "verification_status"), "PENDING");
    publish(id);
    pass(1h);
    EXPECT_EQ(text_of(id, "verification_status"), "VERIFIED");
    has_it = false;
    for (int hour = 0; hour < 200; ++hour)
        pass(1h);
    EXPECT_EQ(outcome_of(id), "DISAGREEMENT");
    EXPECT_EQ(text_of(id, "verification_status"), "VERIFIED");
    EXPECT_EQ(published(), types{"domain_dns_verification_success"});
}

TEST_F(domain_checks_test, a_silent_server_neither_verifies_a_domain_nor_revokes_it) {
    test::scripted_name_server mute(
            [](const std::string&) { return test::scripted_name_server::messages{}; });
    const auto id = claim("late.test");
    publish(id);
    EXPECT_EQ(fixture.operate("PATCH", domains + "/" + id + ":verify").text, R"({"verified":true})");
    unpublish();
    watch->stop();
    ask_servers({mute.address()});
    for (int day = 0; day < 10; ++day)
        pass(24h);
    EXPECT_EQ(outcome_of(id), "TIMED_OUT");
    EXPECT_EQ(text_of(id, "verification_status"), "VERIFIED");
    const auto other = claim("other.test");
    EXPECT_EQ(fixture.operate("PATCH", domains + "/" + other + ":verify").text, R"({"verified":false})");
    EXPECT_EQ(outcome_of(other), "TIMED_OUT");
}

TEST_F(domain_checks_test, a_record_is_found_over_tcp_and_behind_an_alias) {
    test::name_server zones({"late.test", "other.test"});
    const auto id = claim("late.test");
    const auto token = text_of(id, "txt_record_secret");
    std::string records = "_scimd-challenge CNAME proof.other.test.\n";
    zones.set("late.test", records);
    records.clear();
    for (int i = 0; i < 60; ++i)
        records += "proof TXT \"" + std::string(60, 'x') + std::to_string(i) + "\"\n";
    records += "proof TXT \"tok\" \"en=" + token.substr(0, 7) + "\" \"" + token.substr(7) + "\"\n";
    zones.set("other.test", records);
    watch->stop();
    ask_servers({zones.address()});
    pass(1min);
    EXPECT_EQ(text_of(id, "verification_status"), "VERIFIED");
}

TEST_F(domain_checks_test, a_thousand_due_domains_are_checked_a_few_at_a_time) {
    std::mutex lock;
    std::vector<std::function<void(std::vector<service::txt_answer>)>> waiting;
    std::size_t asked = 0;
    for (int i = 0; i < 999; ++i)
        claim("d" + std::to_string(i) + ".test");
    watch->stop();
    domain_checks patient(
            *fixture.database, fixture.domain_policy,
            [&](const std::string&, const auto& done) {
                const std::lock_guard hold(lock);
                ++asked;
                waiting.push_back(done);
            },
            environment_id{1}, log);
    fixture.clock.advance(1min);
    int rounds = 0;
    while (asked < 999 && rounds < 100) {
        ++rounds;
        patient.ask_about_due();
        patient.ask_about_due();  // checks in flight are not repeated
        EXPECT_LE(waiting.size(), domain_checks::in_flight_max);
        for (const auto& done : std::exchange(waiting, {}))
            done({{service::check_outcome::no_such_name, {}}});
        patient.wait_until_idle();
    }
    EXPECT_EQ(asked, 999U);
    EXPECT_EQ(rounds, 32);
    patient.ask_about_due();
    EXPECT_EQ(asked, 999U);
}

TEST_F(domain_checks_test, nothing_is_written_after_stop) {
    const auto id = claim("late.test");
    std::function<void(std::vector<service::txt_answer>)> answer;
    domain_checks ending(
            *fixture.database, fixture.domain_policy,
            [&](const std::string&, const auto& done) { answer = done; }, environment_id{1}, log);
    fixture.clock.advance(1min);
    ending.ask_about_due();
    ASSERT_TRUE(answer);
    ending.stop();
    answer({{service::check_outcome::overloaded, {}}});
    ending.wait_until_idle();
    EXPECT_FALSE(show(id).contains("last_check"));
    answer = nullptr;
    ending.ask_about_due();
    EXPECT_FALSE(answer);
}

}  // namespace
}  // namespace scimd::jobs
