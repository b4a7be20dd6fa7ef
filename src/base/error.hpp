// The error model: error codes, the error value, and result<T>.
//
// A function that can fail because of its input returns result<T>. A failure of the machine (a full disk, a
// lost database) is an exception, which is caught only at the session, the store thread, a background loop
// and main. One table in error.cpp gives every errc its HTTP status and, if the RFCs define one, its
// scimType.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace scimd {

enum class errc {
    // scimTypes of RFC 7644 §3.12
    invalid_filter,
    too_many,
    uniqueness,
    mutability,
    invalid_syntax,
    invalid_path,
    no_target,
    invalid_value,
    invalid_version,
    sensitive,
    // scimTypes of RFC 9865 §2.1
    invalid_cursor,
    expired_cursor,
    invalid_count,
    // statuses of HTTP
    bad_request,
    unauthorized,
    forbidden,
    not_found,
    method_not_allowed,
    not_acceptable,
    request_timeout,
    conflict,
    gone,
    precondition_failed,
    too_large,
    uri_too_long,
    unsupported_media_type,
    expectation_failed,
    too_many_requests,
    fields_too_large,
    internal,
    not_implemented,
    unavailable,
    http_version_not_supported,
    quota_exceeded,    // of a directory: a retry does not help
    storage_reserved,  // the disk is nearly full: a retry may succeed later
};

// A failure as the client sees it. `detail` is one English sentence that names the attribute, path or
// operation; it contains neither a secret nor anything of another tenant. A value.
struct error {
    errc code = errc::internal;
    std::string detail;

    friend bool operator==(const error&, const error&) = default;
};

inline error invalid_value(std::string detail) {
    return {errc::invalid_value, std::move(detail)};
}

template <class T>
using result = boost::system::result<T, error>;

int http_status(errc code) noexcept;

// Returns the scimType of RFC 7644 §3.12 or RFC 9865 §2.1; empty if they define none for this code.
std::string_view scim_type(errc code) noexcept;

// Called by boost::system::result when value() is called on a failure, which is a programming error.
[[noreturn]] void throw_exception_from_error(const error& failure, const boost::source_location& where);

}  // namespace scimd
