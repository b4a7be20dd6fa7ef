// `scimd webhook …` as requests of the management API.
#pragma once

#include "base/json/json.hpp"
#include "options/configuration.hpp"
#include "scimd/http.hpp"

namespace scimd::cli {

http::request webhook_request(const options::command& what);

// What asks for the attempts of a test, given the answer to it.
http::request test_attempts_request(const options::command& what, const json::object& answer);

}  // namespace scimd::cli
