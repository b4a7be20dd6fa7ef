// Validation of text formats that RFC 7643 prescribes; enforced in strict directories. Pure.
#pragma once

#include <string_view>

namespace scimd::scim {

// True for an officially assigned code of ISO 3166-1 alpha-2 in any case; not for reserved or user-assigned
// codes ("UK", "XK").
bool is_country_code(std::string_view text) noexcept;

// True for a URI or relative reference (RFC 3986 §4.1), as far as characters and percent-encoding go.
bool is_uri_reference(std::string_view text) noexcept;

// True for a URI reference that begins with a scheme and has something after it (RFC 3986 §3).
bool is_absolute_uri(std::string_view text) noexcept;

}  // namespace scimd::scim
