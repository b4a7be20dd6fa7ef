// What each command asks of the management API. Pure.
#pragma once

#include "base/json/json.hpp"
#include "options/configuration.hpp"
#include "scimd/http.hpp"

#include <string>
#include <string_view>

namespace scimd::cli {

http::request request_of(const options::command& what);

http::request make_request(std::string_view method, std::string target, const json::object& body = {});

// A word of the command line as one segment of a path, or as a value of a query.
std::string path_segment(std::string_view text);

void add_if_given(json::object& body, std::string_view name, const std::string& text);

}  // namespace scimd::cli
