// Access tokens as attackers, mistakes and time make them.
#pragma once

#include "support/api_fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scimd::api {

struct forged_token {
    std::string name;  // what is wrong with it
    std::string text;
};

// Each is refused. `good` is an access token of the house, alive.
std::vector<forged_token> forged_tokens(test::api_fixture& fixture, const std::string& good);

// Claims and header of a token, to be changed, and signed with the house's own key.
json::object header_of(const std::string& token);
json::object claims_of(const std::string& token);
std::string signed_by_the_house(
    test::api_fixture& fixture, const json::object& header, const json::object& claims
);

}  // namespace scimd::api
