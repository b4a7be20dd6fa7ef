// References: complex values that point to a resource by `value` and `$ref`, such as a user's manager (RFC
// 7643 §2.4, §4.3). The resource need not exist. Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/ignored_attributes.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <string_view>

namespace scimd::scim {

// Completes each reference whose `value` is an id of this server with the matching `$ref` in stored form
// ("../Users/diruser_1"). A `$ref` of the client to another server is kept; one to this server, with whatever
// base URL, is replaced by the one that matches the value. `ignored` receives references that name a
// different resource than their value does; pass it for a document that contains only what a request says.
void complete_references(json::object& document, const resource_type& type, ignored_names* ignored = nullptr);

// True if the `$ref` of `element` is derived from its `value` rather than set by the operation. `wanted` is
// the `$ref` that the operation sets, nullptr when it removes it. `element` is the value after the operation,
// null when it is gone.
bool is_derived_instead(const json::value& element, const attribute& target, const json::string* wanted);

// Makes the relative references of this server absolute in the text of a stored document. Relative references
// are ambiguous: RFC 7643 §2.3.7 and its example in §8.3 resolve them differently.
void make_references_absolute(std::string& text, const resource_type& type, std::string_view base_url);

}  // namespace scimd::scim
