// Detects attributes of a created resource that are missing in the response.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace conformance {

namespace json = boost::json;

// Returns the names of attributes that were sent with a value and are missing in the answer: "shoeSize",
// "emails.colour", "urn:…:User:shoeSize". schemas, id and meta, which the server sets, and a password, which
// is never returned, are left out.
std::vector<std::string> lost_attributes(const json::object& sent, const json::object& answer);

}  // namespace conformance
