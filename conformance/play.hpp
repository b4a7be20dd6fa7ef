// Plays a dialogue against a server and reports differences from the expectations.
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
    std::string reply;     // the first part of its body
    std::size_t assertions = 0;
    std::vector<mismatch> failures;
};

struct outcome {
    const dialogue* played = nullptr;
    std::vector<step_outcome> steps;  // the steps played: the first failure ends a dialogue
    bool is_skipped = false;          // the token that it needs is missing

    [[nodiscard]] bool is_passed() const { return steps.empty() || steps.back().failures.empty(); }
};

struct stage {
    client http;
    std::string base_url;
    std::string token;
    std::string user_token;  // a token that authenticates as a user; empty: none
    std::string domain;
    bool keeps_resources = false;  // keeps the resources that a dialogue has created
    bool is_strict = false;        // the server is in strict mode
};

outcome play(const dialogue& talk, const stage& where);

}  // namespace conformance
