// Attribute paths, resolved against a resource type (RFC 7644 §3.10).
//
// Parsing is resolving: a path that exists names attributes that exist. Unknown names are the caller's error
// (invalid_path), never an empty match.
#pragma once

#include "base/error.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <string_view>

namespace scimd::scim {

// "userName", "name.familyName", "emails.value", "meta.lastModified",
// "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value".
struct path {
    const schema* extension = nullptr;  // nullptr: the base schema or a common attribute
    const scim::attribute* attribute = nullptr;
    const scim::attribute* sub_attribute = nullptr;

    // The attribute at the end of the path.
    [[nodiscard]] const scim::attribute& leaf() const noexcept
    {
        return sub_attribute ? *sub_attribute : *attribute;
    }

    friend bool operator==(const path&, const path&) = default;
};

// Names are matched whatever their ASCII case; a URN prefix of the base or an extension schema is understood,
// also (Entra) with '.' instead of ':' between URN and name, and old and odd names (legacy_names.hpp).
// invalid_path with the offending name otherwise.
result<path> parse_path(std::string_view text, const resource_type& type);

// Whether resources of the type can have the attribute at all. A path was resolved against one type and may
// be asked of another (root queries, RFC 7644 §3.4.2.1).
bool belongs(const path& where, const resource_type& type) noexcept;

// Itself, or as a part of what is.
bool is_read_only(const path& where) noexcept;

// Canonical spelling: the URN prefix only for extensions.
std::string to_text(const path& where);

}  // namespace scimd::scim
