#include "base/error.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>

namespace scimd {

namespace {

struct row {
    errc code;
    int status;
    std::string_view scim_type;
};

// In the order of the enumeration.
constexpr auto rows = std::to_array<row>({
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
        {errc::quota_exceeded, 507, ""},
        {errc::storage_reserved, 507, ""},
});

constexpr bool rows_match_the_enumeration() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].code != static_cast<errc>(i))
            return false;
    return rows.back().code == errc::storage_reserved;
}
static_assert(rows_match_the_enumeration());

const row& row_of(errc code) noexcept {
    return rows[static_cast<std::size_t>(code)];
}

}  // namespace

int http_status(errc code) noexcept {
    return row_of(code).status;
}

std::string_view scim_type(errc code) noexcept {
    return row_of(code).scim_type;
}

void throw_exception_from_error(const error& failure, const boost::source_location& where) {
    throw std::logic_error(
            "a failed result was taken for a value at " + where.to_string() + ": " + failure.detail);
}

}  // namespace scimd
