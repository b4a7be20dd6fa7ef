// Request heads as raw bytes with the expected verdict, shared by the pure test and the test over sockets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scimd::net {

constexpr int accepted = 0;

struct head_case {
    std::string_view claim;
    std::string head;
    int status;  // status of the refusal, or `accepted`
};

const std::vector<head_case>& head_cases();

}  // namespace scimd::net
