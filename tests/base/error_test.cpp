#include "base/error.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace scimd {
namespace {

// RFC 7644 §3.12 tables 8 and 9, RFC 9110 §15, RFC 6585
TEST(errc, has_the_status_and_scim_type_of_the_rfcs) {
    const struct {
        errc code;
        int status;
        std::string_view scim_type;
    } rows[] = {
            {errc::invalid_filter, 400, "invalidFilter"},
            {errc::too_many, 400, "tooMany"},
            {errc::uniqueness, 409, "uniqueness"},
            {errc::mutability, 400, "mutability"},
            {errc::invalid_syntax, 400, "invalidSyntax"},
            {errc::invalid_path, 400, "invalidPath"},
            {errc::no_target, 400, "noTarget"},
            {errc::invalid_value, 400, "invalidValue"},
            {errc::invalid_version, 400, "invalidVers"},
            {errc::sensitive, 403, "sensitive"},
            {errc::invalid_cursor, 400, "invalidCursor"},
            {errc::expired_cursor, 400, "expiredCursor"},
            {errc::invalid_count, 400, "invalidCount"},
            {errc::bad_request, 400, ""},
            {errc::unauthorized, 401, ""},
            {errc::forbidden, 403, ""},
            {errc::not_found, 404, ""},
            {errc::method_not_allowed, 405, ""},
            {errc::not_acceptable, 406, ""},
            {errc::request_timeout, 408, ""},
            {errc::conflict, 409, ""},
            {errc::gone, 410, ""},
            {errc::precondition_failed, 412, ""},
            {errc::too_large, 413, ""},
            {errc::uri_too_long, 414, ""},
            {errc::unsupported_media_type, 415, ""},
            {errc::expectation_failed, 417, ""},
            {errc::too_many_requests, 429, ""},
            {errc::fields_too_large, 431, ""},
            {errc::internal, 500, ""},
            {errc::not_implemented, 501, ""},
            {errc::unavailable, 503, ""},
            {errc::http_version_not_supported, 505, ""},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(http_status(row.code), row.status) << static_cast<int>(row.code);
        EXPECT_EQ(scim_type(row.code), row.scim_type) << static_cast<int>(row.code);
    }
}

TEST(result, throws_the_reason_when_a_failure_is_used_as_a_value) {
    const result<int> failed = error{errc::not_found, "User 7 does not exist."};
    try {
        (void)failed.value();
        FAIL() << "value() returned";
    } catch (const std::logic_error& defect) {
        EXPECT_NE(std::string(defect.what()).find("User 7 does not exist."), std::string::npos);
    }
}

}  // namespace
}  // namespace scimd
