// Plays a dialogue against a server and says what was not as expected.
#pragma once

#include "client.hpp"
#include "dialogue.hpp"
#include "pattern.hpp"

#include <string>
#include <vector>

namespace conformance {

struct step_outcome {
    std::string note;
    std::vector<std::string> proves;
    std::string exchange;  // "PATCH /Users/7 -> 200 in 3 ms"
    std::string reply;     // the beginning of its body
    std::size_t assertions = 0;
    std::vector<mismatch> failures;
};

struct outcome {
    const dialogue* played = nullptr;
    std::vector<step_outcome> steps;  // those played: the first failure ends a dialogue
    bool is_skipped = false;          // for want of a token that it needs

    [[nodiscard]] bool is_passed() const { return steps.empty() || steps.back().failures.empty(); }
};

struct stage {
    client http;
    std::string base_url;
    std::string token;
    std::string user_token;  // that stands for a user; empty: there is none
    std::string domain;
    bool keeps_resources = false;  // does not delete what a dialogue has created
    bool is_strict = false;        // the server keeps to the letter of the RFC
};

outcome play(const dialogue& talk, const stage& where);

}  // namespace conformance
