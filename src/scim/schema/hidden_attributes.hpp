// Hides stored data that a directory does not see: data of a schema that the directory has given up, or whose
// definition file is gone. It is neither shown nor changed, and reappears with the schema. Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>

namespace scimd::scim {

// True if a stored text can be shown unchanged: it lists only schemas of the type that are built in, which
// have not changed since the text was written and whose stored attributes are returned by default.
bool is_visible_as_stored(std::string_view text, const resource_type& type) noexcept;

// Removes and returns everything that the type does not declare; the document then lists the schemas that are
// left.
json::object take_hidden(json::object& document, const resource_type& type);

// Parses a stored document and drops what is hidden, for code that only shows it.
json::object visible_document(std::string_view stored, const resource_type& type);

// Puts the hidden data back before the document is stored.
void put_back(json::object& document, const json::object& hidden);

}  // namespace scimd::scim
