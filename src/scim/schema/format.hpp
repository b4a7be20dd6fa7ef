// Formats of texts that RFC 7643 names, which strict directories hold clients to. Pure.
#pragma once

#include <string_view>

namespace scimd::scim {

// ISO 3166-1 alpha-2, whatever its case: officially assigned, neither reserved nor of one's own ("UK", "XK").
bool is_country_code(std::string_view text) noexcept;

// RFC 3986 §4.1, as far as its characters and percent-encoding go: a URI, or one relative to another.
bool is_uri_reference(std::string_view text) noexcept;

// RFC 3986 §3: a URI reference that begins with a scheme and goes on behind it.
bool is_absolute_uri(std::string_view text) noexcept;

}  // namespace scimd::scim
