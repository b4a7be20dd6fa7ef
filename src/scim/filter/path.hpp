// Attribute paths, resolved against a resource type (RFC 7644 §3.10). Pure.
//
// Parsing includes resolving: a parsed path names existing attributes. An unknown name is an error of the
// caller (invalid_path), never an empty match.
#pragma once

#include "base/error.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <string_view>

namespace scimd::scim {

// A resolved path: "userName", "name.familyName", "emails.value", "meta.lastModified",
// "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value". A value.
struct path {
    const schema* extension = nullptr;  // nullptr: the base schema, or a common attribute
    const scim::attribute* attribute = nullptr;
    const scim::attribute* sub_attribute = nullptr;

    // Returns the attribute at the end of the path.
    [[nodiscard]] const scim::attribute& leaf() const noexcept {
        return sub_attribute ? *sub_attribute : *attribute;
    }

    friend bool operator==(const path&, const path&) = default;
};

// Parses a path. Names are matched without regard to ASCII case. A URN prefix of the base or an extension
// schema is understood, with '.' instead of ':' between URN and name as well (Entra), and so are legacy names
// (legacy_names.hpp). Otherwise invalid_path with the offending name.
result<path> parse_path(std::string_view text, const resource_type& type);

// True if resources of the type can have the attribute. A path that was resolved against one type may be used
// with another (queries over several types, RFC 7644 §3.4.2.1).
bool belongs(const path& target, const resource_type& type) noexcept;

// True if the attribute itself, or the one that contains it, is read-only.
bool is_read_only(const path& target) noexcept;

// Prints a path in canonical spelling, with a URN prefix for extensions only.
std::string to_text(const path& target);

// True if `text` names the attribute in the notation of RFC 7644 §3.10: for an extension, with URN and colon.
bool is_standard_notation(std::string_view text, const path& target, const resource_type& type);

}  // namespace scimd::scim
