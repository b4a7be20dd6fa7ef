// Invalid access tokens: forged, malformed and expired ones.
#pragma once

#include "support/api_fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scimd::api {

struct forged_token {
    std::string name;  // why it is not valid
    std::string text;
};

// Tokens that must all be rejected. `good` is a valid access token of the fixture.
std::vector<forged_token> forged_tokens(test::api_fixture& fixture, const std::string& good);

// The header and the claims of a token, which a test changes and signs with the key of the fixture.
json::object header_of(const std::string& token);
json::object claims_of(const std::string& token);
std::string signed_by_server(
        test::api_fixture& fixture, const json::object& header, const json::object& claims);

}  // namespace scimd::api
