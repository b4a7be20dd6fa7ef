// The life of a domain that DNS proves: what a check changes, when the next one is due, and what is told of
// it. Pure.
//
//   pending --found--> verified --absent for 72 h--> lapsed --found--> verified
//      \--window over--> failed                         \--window over--> failed
//
// Only the servers' word that the record is not there ever takes a domain away; trouble with them does not.
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

struct domain_schedule {
    std::chrono::hours window{7 * 24};    // to find the record in, from the claim or the lapse on
    std::chrono::minutes first_pause{1};  // between checks in the window; doubles up to
    std::chrono::minutes longest_pause{60};
    std::chrono::hours recheck_pause{24};    // of a verified domain
    std::chrono::minutes trouble_pause{60};  // the same, when the servers could not tell
    std::chrono::hours lapse_after{72};      // of absence, and
    std::int64_t lapse_absences = 3;         // at least so many checks that found it absent
};

enum class check_outcome {
    found,
    token_missing,  // there are TXT records, and none of them is ours
    no_record,
    no_such_name,
    disagreement,  // some servers have it and some do not
    owned_elsewhere,
    server_failure,
    unreachable,
    timed_out,
    alias_failure,
    overloaded,
};
std::string_view name_of(check_outcome outcome);              // "NO_SUCH_NAME"
std::string_view explain(std::string_view outcome) noexcept;  // the same in a sentence, from its text

// The servers have told us that the record is not there.
bool is_absence(check_outcome outcome) noexcept;

// What one server answered to the question for TXT records.
struct txt_answer {
    check_outcome outcome = check_outcome::server_failure;  // found: `texts` holds the records
    std::vector<std::string> texts{};
};

// Asks every server for the TXT records at a name; `done` is called once, on any thread.
using txt_look_up = std::function<void(std::string name, std::function<void(std::vector<txt_answer>)> done)>;

// All servers must have the token for it to be found, or not have it for it to be absent.
check_outcome evaluate_answers(const std::vector<txt_answer>& answers, std::string_view token);

// "token=<token>", among other pairs in any order, or the token alone.
bool holds_token(std::string_view text, std::string_view token);

enum class domain_transition { verified, failed, lapsing, lapsed };

// A claim begins its window.
void begin_window(store::tenants::domain& of, const domain_schedule& by, time_point now);

struct domain_check {
    check_outcome outcome = check_outcome::timed_out;
    bool is_on_schedule = true;  // else somebody asked for it, which can only do good
    time_point at;
};
std::optional<domain_transition> take_in(
    store::tenants::domain& of, const domain_schedule& by, const domain_check& check
);

// Whether a check on request may be made now, and the note that it is: six a minute.
bool allow_request(store::tenants::domain& of, time_point now);

}  // namespace scimd::service
