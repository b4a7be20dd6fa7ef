// Table-driven tests of errors: rows of a request and the exact error response.
#pragma once

#include "support/api_fixture.hpp"

#include <string>
#include <string_view>

namespace scimd::api {

struct refusal {
    std::string method;
    std::string path;  // relative to the SCIM base
    std::string body;
    int status = 400;
    std::string scim_type;  // empty: RFC 7644 §3.12 has none for it
    std::string detail;
    std::string header = {};  // one more header field, and its value
    std::string header_value = {};
};

// Expects an error message (RFC 7644 §3.12) with this status, scimType and detail, and nothing else.
void expect_error(const test::answer& got, int status, std::string_view scim_type, std::string_view detail);

// Sends the request; expects the error, and that nothing has changed.
void expect_refused(test::api_fixture& fixture, const refusal& row);

// The body of a PATCH with these operations; of a search or bulk request with these members.
std::string patch_text(std::string_view operations);
std::string search_text(std::string_view members);
std::string bulk_text(std::string_view operations, std::string_view members = "");

// Switches the directory of the fixture to strict mode.
void make_strict(test::api_fixture& fixture);

}  // namespace scimd::api
