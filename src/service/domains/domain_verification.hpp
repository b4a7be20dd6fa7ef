// State machine of domains that are verified by DNS: what a check changes, when the next one is due, and
// which event follows. Pure.
//
//   pending --found--> verified --absent for 72 h--> lapsed --found--> verified
//      \--window over--> failed                         \--window over--> failed
//
// Only an answer that the record is absent makes a domain lapse; failures of name servers do not.
#pragma once

#include "base/clock.hpp"
#include "store/domains.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::service {

// When domains are checked. A value.
struct domain_schedule {
    std::chrono::hours window{7 * 24};    // to publish the record, from the claim or the lapse on
    std::chrono::minutes first_pause{1};  // between checks in the window; doubled up to
    std::chrono::minutes longest_pause{60};
    std::chrono::hours recheck_pause{24};    // of a verified domain
    std::chrono::minutes trouble_pause{60};  // of a verified domain after a failure of name servers
    std::chrono::hours lapse_after{72};      // of absence, and not before
    std::int64_t lapse_absences = 3;         // this many checks that found it absent
};

// The result of a check.
enum class check_outcome {
    found,
    token_missing,  // there are TXT records, none of them with the token
    no_record,
    no_such_name,
    disagreement,  // some servers have the record and some do not
    owned_elsewhere,
    server_failure,
    unreachable,
    timed_out,
    alias_failure,
    overloaded,
};
std::string_view name_of(check_outcome outcome);              // "NO_SUCH_NAME"
std::string_view explain(std::string_view outcome) noexcept;  // a sentence about the outcome with that name

// Whether the servers answered that the record is absent.
bool is_absence(check_outcome outcome) noexcept;

// The answer of one name server to a query for TXT records.
struct txt_answer {
    check_outcome outcome = check_outcome::server_failure;  // found: `texts` has the records
    std::vector<std::string> texts{};
};

// Queries every server for the TXT records of a name; calls `done` once, on any thread.
using txt_look_up = std::function<void(std::string name, std::function<void(std::vector<txt_answer>)> done)>;

// The outcome of all answers: `found` if every server has the token, an absence if no server has it.
check_outcome evaluate_answers(const std::vector<txt_answer>& answers, std::string_view token);

// Whether a record contains "token=<token>", among other pairs in any order, or is the token itself.
bool holds_token(std::string_view text, std::string_view token);

// A change of a domain that is published as an event.
enum class domain_transition { verified, failed, lapsing, lapsed };

// Starts the window in which the record has to be found.
void begin_window(store::tenants::domain& domain, const domain_schedule& schedule, time_point now);

// A check that has been made.
struct domain_check {
    check_outcome outcome = check_outcome::timed_out;
    bool is_on_schedule = true;  // false: requested by a user, which can only verify
    time_point at;
};
// Applies a check to the domain. Empty: nothing to publish.
std::optional<domain_transition> apply_check(
        store::tenants::domain& domain, const domain_schedule& schedule, const domain_check& check);

// Whether a check on request can be made now (rate limit: six a minute); counts it.
bool allow_request(store::tenants::domain& domain, time_point now);

}  // namespace scimd::service
