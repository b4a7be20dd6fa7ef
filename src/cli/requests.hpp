// Makes the request of the management API that a command stands for. Pure.
#pragma once

#include "base/json/json.hpp"
#include "options/command_table.hpp"
#include "scimd/http.hpp"

#include <string>
#include <string_view>

namespace scimd::cli {

// The request of the command's row, which must have one.
http::request request_of(const options::command& command);

http::request make_request(std::string_view method, std::string target, const json::object& body = {});

// Asks for the delivery attempts of the test event that `webhook test` has sent; `answer` names it.
http::request test_attempts_request(const options::command& command, const json::object& answer);

// Percent-encodes a text for a segment of a path or a value of a query.
std::string percent_encode(std::string_view text);

}  // namespace scimd::cli
