// What is refused, and exactly how: rows of a request and the error that answers it.
#pragma once

#include "support/api_fixture.hpp"

#include <string>
#include <string_view>

namespace scimd::api {

struct refusal {
    std::string method;
    std::string path;  // below the directory's base
    std::string body;
    int status = 400;
    std::string scim_type;  // empty: RFC 7644 §3.12 has none for it
    std::string detail;
    std::string header = {};  // one more, and its value
    std::string header_value = {};
};

// The answer is an Error message (RFC 7644 §3.12) with this status, scimType and detail, and nothing else.
void expect_error(const test::answer& got, int status, std::string_view scim_type, std::string_view detail);

// Sends the request, expects the error, and that nothing has changed.
void expect_refused(test::api_fixture& fixture, const refusal& row);

// A PATCH message of these operations; a search or bulk message of these members.
std::string patch_text(std::string_view operations);
std::string search_text(std::string_view members);
std::string bulk_text(std::string_view operations, std::string_view members = "");

// The house's directory keeps to the letter of the RFC from now on.
void make_strict(test::api_fixture& fixture);

}  // namespace scimd::api
