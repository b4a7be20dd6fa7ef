// Verification of domains by DNS as a table of checks, and the format of the TXT record.
#include "service/domains/domain_verification.hpp"

#include <gtest/gtest.h>

#include <set>

namespace scimd::service {
namespace {

using namespace std::chrono_literals;
using enum check_outcome;
using store::tenants::domain;
using store::tenants::domain_status;
using news = std::optional<domain_transition>;

constexpr time_point window_start{std::chrono::sys_days(std::chrono::year(2026) / 1 / 2)};
const domain_schedule schedule;

class life {
public:
    life() {
        one.status = domain_status::pending;
        begin_window(one, schedule, window_start);
    }

    news check(std::chrono::microseconds at, check_outcome outcome) {
        return apply_check(one, schedule, {outcome, true, window_start + at});
    }
    news ask(std::chrono::microseconds at, check_outcome outcome) {
        return apply_check(one, schedule, {outcome, false, window_start + at});
    }

    // Time of the next check after the start of the window; -1: none.
    std::chrono::minutes next() const {
        if (!one.next_check)
            return -1min;
        return std::chrono::duration_cast<std::chrono::minutes>(*one.next_check - window_start);
    }

    domain one;
};

TEST(domain_verification_test, pauses_between_checks_double_until_the_window_ends) {
    life claim;
    std::vector<std::int64_t> pauses;
    auto at = claim.next();
    std::int64_t checks = 0;
    while (claim.one.status == domain_status::pending) {
        ++checks;
        const auto transition = claim.check(at, no_such_name);
        if (claim.one.status != domain_status::pending) {
            EXPECT_EQ(transition, domain_transition::failed);
            break;
        }
        EXPECT_EQ(transition, std::nullopt);
        if (pauses.size() < 8)
            pauses.push_back((claim.next() - at).count());
        at = claim.next();
    }
    EXPECT_EQ(pauses, (std::vector<std::int64_t>{2, 4, 8, 16, 32, 60, 60, 60}));
    EXPECT_EQ(at, 7 * 24h);
    EXPECT_EQ(checks, 173);
    EXPECT_EQ(claim.one.status, domain_status::failed);
    EXPECT_EQ(claim.next(), -1min);
    EXPECT_EQ(claim.one.last_outcome, "NO_SUCH_NAME");
    // A failed domain stays failed: a new claim has a new token.
    EXPECT_EQ(claim.ask(8 * 24h, found), std::nullopt);
    EXPECT_EQ(claim.one.status, domain_status::failed);
}

TEST(domain_verification_test, each_state_and_outcome_has_a_transition) {
    struct row {
        domain_status from;
        check_outcome outcome;
        domain_status to;
        news transition;
        std::chrono::minutes next;  // after a check on schedule at 10 h
    };
    constexpr auto pending = domain_status::pending;
    constexpr auto verified = domain_status::verified;
    constexpr auto lapsed = domain_status::lapsed;
    const row rows[] = {
            {pending, found, verified, domain_transition::verified, 34h},
            {pending, token_missing, pending, {}, 10h + 2min},
            {pending, no_record, pending, {}, 10h + 2min},
            {pending, disagreement, pending, {}, 10h + 2min},
            {pending, owned_elsewhere, pending, {}, 10h + 2min},
            {pending, server_failure, pending, {}, 10h + 2min},
            {pending, timed_out, pending, {}, 10h + 2min},
            {pending, overloaded, pending, {}, 10h + 2min},
            {verified, found, verified, {}, 34h},
            {verified, token_missing, verified, domain_transition::lapsing, 34h},
            {verified, no_record, verified, domain_transition::lapsing, 34h},
            {verified, no_such_name, verified, domain_transition::lapsing, 34h},
            {verified, disagreement, verified, {}, 11h},
            {verified, server_failure, verified, {}, 11h},
            {verified, unreachable, verified, {}, 11h},
            {verified, timed_out, verified, {}, 11h},
            {verified, alias_failure, verified, {}, 11h},
            {lapsed, found, verified, domain_transition::verified, 34h},
            {lapsed, no_such_name, lapsed, {}, 10h + 2min},
            {lapsed, timed_out, lapsed, {}, 10h + 2min},
    };
    for (const auto& row : rows) {
        life claim;
        claim.one.status = row.from;
        EXPECT_EQ(claim.check(10h, row.outcome), row.transition) << name_of(row.outcome);
        EXPECT_EQ(claim.one.status, row.to) << name_of(row.outcome);
        EXPECT_EQ(claim.next(), row.next) << name_of(row.outcome);
        EXPECT_EQ(claim.one.last_outcome, name_of(row.outcome));
        EXPECT_EQ(claim.one.last_check, window_start + 10h);
    }
}

TEST(domain_verification_test, a_domain_lapses_after_three_days_of_absence_and_returns_with_the_record) {
    life claim;
    EXPECT_EQ(claim.check(0h, found), domain_transition::verified);
    EXPECT_EQ(claim.check(24h, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.check(48h, no_record), domain_transition::lapsing);
    EXPECT_EQ(claim.check(72h, token_missing), domain_transition::lapsing);
    EXPECT_EQ(claim.check(96h - 1us, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.one.status, domain_status::verified);
    EXPECT_EQ(claim.check(96h, no_such_name), domain_transition::lapsed);
    EXPECT_EQ(claim.one.status, domain_status::lapsed);
    EXPECT_EQ(claim.next(), 96h + 1min);
    EXPECT_EQ(claim.one.window_end, window_start + 96h + 7 * 24h);
    EXPECT_EQ(claim.check(97h, found), domain_transition::verified);
    EXPECT_EQ(claim.one.absences, 0);
    EXPECT_EQ(claim.one.absent_since, std::nullopt);
    EXPECT_EQ(claim.one.window_end, std::nullopt);

    EXPECT_EQ(claim.check(200h, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.check(272h, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.check(273h, no_such_name), domain_transition::lapsed);
    EXPECT_EQ(claim.check(273h + 7 * 24h, no_such_name), domain_transition::failed);
}

TEST(domain_verification_test, a_record_that_returns_in_time_resets_the_count_of_absences) {
    life claim;
    claim.check(0h, found);
    claim.check(24h, no_such_name);
    claim.check(48h, no_such_name);
    EXPECT_EQ(claim.check(72h, found), domain_transition::verified);
    EXPECT_EQ(claim.check(96h, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.check(120h, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.check(144h, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.one.status, domain_status::verified);
}

TEST(domain_verification_test, server_failures_neither_count_as_absence_nor_reset_it) {
    life claim;
    claim.check(0h, found);
    claim.check(24h, no_such_name);
    for (int hour = 25; hour < 2'000; ++hour)
        EXPECT_EQ(claim.check(std::chrono::hours(hour), timed_out), std::nullopt);
    EXPECT_EQ(claim.one.status, domain_status::verified);
    EXPECT_EQ(claim.check(2'000h, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.check(2'001h, no_such_name), domain_transition::lapsed);
}

TEST(domain_verification_test, a_check_on_request_can_only_verify) {
    life claim;
    EXPECT_EQ(claim.ask(1h, no_such_name), std::nullopt);
    EXPECT_EQ(claim.next(), 1min);
    EXPECT_EQ(claim.one.checks, 0);
    EXPECT_EQ(claim.ask(2h, found), domain_transition::verified);
    for (int hour = 3; hour < 200; ++hour)
        EXPECT_EQ(claim.ask(std::chrono::hours(hour), no_such_name), std::nullopt);
    EXPECT_EQ(claim.one.absences, 0);
    EXPECT_EQ(claim.next(), 26h);
    EXPECT_EQ(claim.one.last_outcome, "NO_SUCH_NAME");
    EXPECT_EQ(claim.check(200h, no_such_name), domain_transition::lapsing);
    EXPECT_EQ(claim.ask(201h, found), domain_transition::verified);
    EXPECT_EQ(claim.one.absences, 0);
}

TEST(domain_verification_test, the_last_check_can_find_the_record_and_failures_do_not_extend_the_window) {
    life claim;
    EXPECT_EQ(claim.check(7 * 24h, found), domain_transition::verified);
    life other;
    EXPECT_EQ(other.check(7 * 24h - 1us, timed_out), std::nullopt);
    EXPECT_EQ(other.check(7 * 24h, timed_out), domain_transition::failed);
}

TEST(domain_verification_test, six_requests_a_minute_are_allowed) {
    domain one;
    for (int i = 0; i < 6; ++i)
        EXPECT_TRUE(allow_request(one, window_start)) << i;
    EXPECT_FALSE(allow_request(one, window_start));
    EXPECT_FALSE(allow_request(one, window_start + 10s - 1us));
    EXPECT_TRUE(allow_request(one, window_start + 10s));
    EXPECT_FALSE(allow_request(one, window_start + 10s));
    auto later = one;
    EXPECT_TRUE(allow_request(later, window_start - 24h)) << "the clock was set back";
    int allowed = 0;
    for (int second = 11; second <= 70; ++second)
        allowed += allow_request(one, window_start + std::chrono::seconds(second)) ? 1 : 0;
    EXPECT_EQ(allowed, 6);
    for (int i = 0; i < 6; ++i)
        EXPECT_TRUE(allow_request(one, window_start + 1h)) << i;
    EXPECT_FALSE(allow_request(one, window_start + 1h));
}

TEST(domain_verification_test, records_are_searched_for_the_token) {
    struct row {
        std::string_view text;
        bool holds;
    };
    const row rows[] = {
            {"abc", true},
            {" abc ", true},
            {"token=abc", true},
            {"TOKEN=abc", true},
            {"token=abc expiry=2027-01-01T00:00:00Z", true},
            {"expiry=2027-01-01T00:00:00Z  token=abc", true},
            {"token=x token=abc", true},
            {"", false},
            {"ABC", false},
            {"abcd", false},
            {"token=abcd", false},
            {"token= abc", false},
            {"xtoken=abc", false},
            {"token=ABC", false},
            {"v=abc", false},
            {"token=abc,", false},
    };
    for (const auto& row : rows)
        EXPECT_EQ(holds_token(row.text, "abc"), row.holds) << row.text;
}

TEST(domain_verification_test, all_servers_must_agree) {
    const txt_answer own{found, {"other", "token=abc"}};
    const txt_answer others{found, {"other"}};
    struct row {
        std::vector<txt_answer> answers;
        check_outcome expected;
    };
    const row rows[] = {
            {{own}, found},
            {{own, own}, found},
            {{others}, token_missing},
            {{others, {no_such_name}}, token_missing},
            {{{no_such_name}, others}, no_such_name},
            {{{no_record}}, no_record},
            {{own, {no_such_name}}, disagreement},
            {{others, own}, disagreement},
            {{own, {timed_out}}, timed_out},
            {{{server_failure}, own}, server_failure},
            {{{no_such_name}, {unreachable}}, unreachable},
            {{{alias_failure}}, alias_failure},
            {{}, unreachable},
    };
    for (std::size_t i = 0; i < std::size(rows); ++i)
        EXPECT_EQ(evaluate_answers(rows[i].answers, "abc"), rows[i].expected) << i;
}

TEST(domain_verification_test, every_outcome_has_a_name_and_a_sentence) {
    std::set<std::string_view> seen;
    for (int i = 0; i <= static_cast<int>(overloaded); ++i) {
        const auto name = name_of(static_cast<check_outcome>(i));
        EXPECT_TRUE(seen.insert(name).second) << name;
        EXPECT_TRUE(explain(name).ends_with('.')) << name;
    }
    EXPECT_EQ(explain("ELSE"), "");
}

}  // namespace
}  // namespace scimd::service
