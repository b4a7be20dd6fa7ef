// Test cases as data: requests to send, responses to expect, values to capture (README.md, "Format").
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

namespace json = boost::json;

struct request_template {
    std::string method;
    std::string path;      // below the base URL, sent as it is
    json::object query;    // name to text; percent-encoded and appended to the path
    json::object headers;  // null: not sent, overriding a default

    // At most one of these is the body.
    std::optional<json::value> body;
    std::optional<std::string> raw_body;
    std::string body_from;  // a captured document, with `edit` merged into it (RFC 7396)
    json::object edit;
};

struct expectation {
    std::vector<int> statuses;
    json::object headers;  // name to pattern
    std::optional<json::value> body;
    json::object at;  // path to pattern
    std::vector<std::string> absent;
    std::vector<std::string> ignored;  // attributes of a created resource that are not returned
    json::object moved;                // attributes returned under another name: the name sent to a path
    bool is_empty = false;
    std::optional<long> milliseconds_max;
    bool ends = false;  // of `strict`: later steps depend on the refused request, so the dialogue ends
};

struct step {
    std::string note;
    std::vector<std::string> proves;  // rows of requirements.md
    request_template request;
    expectation expect;
    std::optional<expectation> strict;  // replaces `expect` for a strict server
    json::object capture;               // variable to shape: a path, "header:Name", or an object of such
    std::size_t repeat = 1;
};

struct dialogue {
    std::string suite;  // "rfc7644/patch-add", "idp/okta/users"
    std::string name;
    std::string source;               // a section of an RFC, or the client that was seen to send it
    std::vector<std::string> corpus;  // recorded requests that it replays
    json::object variables;
    json::object headers;  // sent with every request
    std::vector<step> steps;
    std::vector<step> teardown;
    bool needs_user_token = false;  // it contains {{user_token}}
};

// A data file is invalid; what() names the file, the position and the reason.
struct bad_data : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Loads all cases below data/cases and data/idp, in the order of their file names. Throws bad_data.
std::vector<dialogue> load_dialogues(const std::filesystem::path& data);

// True if `wanted` names the suite or a folder above it: "idp", "idp/okta", "idp/okta/users".
bool is_within(std::string_view suite, std::string_view wanted);

}  // namespace conformance
