// What a directory sees of a document in the store. A resource may have data of a schema that its directory
// has given up since, or that is not in the folder of schemas any more: it is neither shown nor changed, and
// there again when the schema is. Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/schema/schema.hpp"

#include <string_view>

namespace scimd::scim {

// Whether a stored text can be shown as it is: the schemas that it lists are the type's, and built in, so
// that they have not changed since it was written and return by default whatever is stored of them.
bool is_visible_as_stored(std::string_view text, const resource_type& type) noexcept;

// Takes what the type does not know out of a document, which then lists the schemas that are left.
json::object take_hidden(json::object& document, const resource_type& type);

// A document of the store as the directory sees it, for those who only show it.
json::object visible_document(std::string_view stored, const resource_type& type);

// Puts it back for the store.
void put_back(json::object& document, const json::object& hidden);

}  // namespace scimd::scim
