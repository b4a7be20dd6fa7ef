#include "service/domains/domain_verification.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace scimd::service {
namespace {

using store::tenants::domain_status;

constexpr std::chrono::seconds request_interval{10};
constexpr int requests_at_once = 6;

struct outcome_words {
    check_outcome outcome;
    std::string_view name;
    std::string_view sentence;
};

constexpr std::array all_words = {
        outcome_words{check_outcome::found, "FOUND", "The TXT record is there."},
        outcome_words{check_outcome::token_missing, "TOKEN_MISSING",
                "There are TXT records at this name, but none of them holds the token."},
        outcome_words{check_outcome::no_record, "NO_RECORD", "The name exists, but has no TXT record."},
        outcome_words{check_outcome::no_such_name, "NO_SUCH_NAME", "The name does not exist (NXDOMAIN)."},
        outcome_words{check_outcome::disagreement, "DISAGREEMENT",
                "Some resolvers have the record and others do not; it may still be on its way to them."},
        outcome_words{check_outcome::owned_elsewhere, "OWNED_ELSEWHERE",
                "The record is there, but the domain is taken."},
        outcome_words{check_outcome::server_failure, "SERVER_FAILURE",
                "A name server failed or refused to answer (SERVFAIL, REFUSED), or its answer is damaged."},
        outcome_words{check_outcome::unreachable, "UNREACHABLE", "A resolver cannot be reached."},
        outcome_words{check_outcome::timed_out, "TIMED_OUT", "A resolver did not answer in time."},
        outcome_words{check_outcome::alias_failure, "ALIAS_FAILURE",
                "The name's CNAME records go in a circle or too far."},
        outcome_words{check_outcome::overloaded, "OVERLOADED", "Too many look-ups are under way."},
};

bool is_searched(domain_status status) {
    return status == domain_status::pending || status == domain_status::lapsed;
}

std::chrono::minutes pause_after(std::int64_t checks, const domain_schedule& schedule) {
    auto pause = schedule.first_pause;
    for (std::int64_t i = 0; i < checks && pause < schedule.longest_pause; ++i)
        pause *= 2;
    return std::min(pause, schedule.longest_pause);
}

domain_transition verify(store::tenants::domain& domain, const domain_schedule& schedule, time_point now) {
    domain.status = domain_status::verified;
    domain.window_end.reset();
    domain.next_check = now + schedule.recheck_pause;
    domain.checks = 0;
    domain.absences = 0;
    domain.absent_since.reset();
    return domain_transition::verified;
}

std::optional<domain_transition> apply_to_searched(
        store::tenants::domain& domain, const domain_schedule& schedule, const domain_check& check) {
    if (check.outcome == check_outcome::found)
        return verify(domain, schedule, check.at);
    const auto end = domain.window_end.value_or(check.at);
    if (check.at >= end) {
        domain.status = domain_status::failed;
        domain.next_check.reset();
        return domain_transition::failed;
    }
    if (check.is_on_schedule) {
        ++domain.checks;
        domain.next_check = std::min(end, check.at + pause_after(domain.checks, schedule));
    }
    return std::nullopt;
}

std::optional<domain_transition> apply_absence(
        store::tenants::domain& domain, const domain_schedule& schedule, time_point now) {
    domain.absent_since = domain.absent_since.value_or(now);
    ++domain.absences;
    if (domain.absences < schedule.lapse_absences || now - *domain.absent_since < schedule.lapse_after) {
        domain.next_check = now + schedule.recheck_pause;
        return domain_transition::lapsing;
    }
    domain.status = domain_status::lapsed;
    begin_window(domain, schedule, now);
    return domain_transition::lapsed;
}

std::optional<domain_transition> apply_to_verified(
        store::tenants::domain& domain, const domain_schedule& schedule, const domain_check& check) {
    if (check.outcome == check_outcome::found) {
        const bool was_absent = domain.absences > 0;
        const auto transition = verify(domain, schedule, check.at);
        return was_absent ? std::optional(transition) : std::nullopt;
    }
    if (!check.is_on_schedule)
        return std::nullopt;
    if (is_absence(check.outcome))
        return apply_absence(domain, schedule, check.at);
    domain.next_check = check.at + schedule.trouble_pause;
    return std::nullopt;
}

}  // namespace

std::string_view name_of(check_outcome outcome) {
    return std::ranges::find(all_words, outcome, &outcome_words::outcome)->name;
}

std::string_view explain(std::string_view outcome) noexcept {
    const auto* const found = std::ranges::find(all_words, outcome, &outcome_words::name);
    return found == all_words.end() ? std::string_view() : found->sentence;
}

bool is_absence(check_outcome outcome) noexcept {
    return outcome == check_outcome::token_missing || outcome == check_outcome::no_record ||
           outcome == check_outcome::no_such_name;
}

bool holds_token(std::string_view text, std::string_view token) {
    constexpr std::string_view key = "token=";
    if (trim(text) == token)
        return true;
    return std::ranges::any_of(split(text, ' '), [&](std::string_view pair) {
        return starts_with_ignoring_case(pair, key) && pair.substr(key.size()) == token;
    });
}

check_outcome evaluate_answers(const std::vector<txt_answer>& answers, std::string_view token) {
    std::optional<check_outcome> all;
    for (const auto& answer : answers) {
        auto one = answer.outcome;
        const auto has_token = [&](const std::string& text) { return holds_token(text, token); };
        if (one == check_outcome::found && std::ranges::none_of(answer.texts, has_token))
            one = check_outcome::token_missing;
        if (one != check_outcome::found && !is_absence(one))
            return one;
        if (all && (*all == check_outcome::found) != (one == check_outcome::found))
            return check_outcome::disagreement;
        all = all.value_or(one);
    }
    return all.value_or(check_outcome::unreachable);
}

void begin_window(store::tenants::domain& domain, const domain_schedule& schedule, time_point now) {
    domain.window_end = now + schedule.window;
    domain.next_check = std::min<time_point>(*domain.window_end, now + schedule.first_pause);
    domain.checks = 0;
}

std::optional<domain_transition> apply_check(
        store::tenants::domain& domain, const domain_schedule& schedule, const domain_check& check) {
    domain.last_check = check.at;
    domain.last_outcome = name_of(check.outcome);
    if (is_searched(domain.status))
        return apply_to_searched(domain, schedule, check);
    if (domain.status == domain_status::verified)
        return apply_to_verified(domain, schedule, check);
    return std::nullopt;
}

bool allow_request(store::tenants::domain& domain, time_point now) {
    // Too far in the future: the clock was set back.
    const bool is_set_back = domain.asks_until > now + 2 * requests_at_once * request_interval;
    const auto used = (is_set_back ? now : std::max(domain.asks_until, now)) + request_interval;
    if (used > now + requests_at_once * request_interval)
        return false;
    domain.asks_until = used;
    return true;
}

}  // namespace scimd::service
