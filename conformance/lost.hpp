// What of a resource that was created does not come back.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace conformance {

namespace json = boost::json;

// Names of attributes that were sent with a value and that the answer does not have: "shoeSize",
// "emails.colour", "urn:…:User:shoeSize". Not of schemas, id and meta, which are the server's, and of a
// password, which never comes back.
std::vector<std::string> lost_attributes(const json::object& sent, const json::object& answer);

}  // namespace conformance
