#include "scim/messages/message.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace scimd::scim {
namespace {

TEST(error_message, has_the_form_of_rfc_7644_section_3_12) {
    EXPECT_EQ(error_message({errc::invalid_filter, "No \"such\" thing."}),
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"invalidFilter",)"
            R"("detail":"No \"such\" thing.","status":"400"})");
}

TEST(error_message, has_a_scim_type_only_if_the_rfc_defines_one) {
    EXPECT_EQ(error_message({errc::not_found, "Gone."}),
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"Gone.","status":"404"})");
}

TEST(list_message, always_has_resources) {
    EXPECT_EQ(list_message({0, 1}, {}),
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,)"
            R"("startIndex":1,"itemsPerPage":0,"Resources":[]})");
}

TEST(list_message, counts_the_resources_of_this_page) {
    const std::vector<std::string> page = {R"({"id":"1"})", R"({"id":"2"})"};
    EXPECT_EQ(list_message({12, 11}, page),
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":12,)"
            R"("startIndex":11,"itemsPerPage":2,"Resources":[{"id":"1"},{"id":"2"}]})");
}

// RFC 9865 §2.
TEST(list_message, has_cursors_with_cursor_pagination) {
    EXPECT_EQ(list_message({std::nullopt, std::nullopt, "before", "behind"}, {}),
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"itemsPerPage":0,)"
            R"("previousCursor":"before","nextCursor":"behind","Resources":[]})");
}

}  // namespace
}  // namespace scimd::scim
