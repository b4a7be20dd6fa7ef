// Complex values that point at a resource by `value` and `$ref`, as a user's manager does (RFC 7643 §2.4,
// §4.3). The resource need not exist, yet or any more. Pure.
#pragma once

#include "base/json/json.hpp"
#include "scim/ignored_attributes.hpp"
#include "scim/schema/schema.hpp"

#include <string>
#include <string_view>

namespace scimd::scim {

// Gives each such value whose `value` is an id of ours the `$ref` that goes with it, as it is kept
// ("../Users/diruser_1"), unless the client has one of its own; one of ours, whatever stands before the
// endpoint, is the one that goes with the value. `ignored`, for a document that holds nothing but what a
// request says: the references that say another resource than the value does.
void complete_references(json::object& document, const resource_type& type, ignored_names* ignored = nullptr);

// Of an operation that sets the `$ref` of a value of `target` to `wanted`, or that removes it (nullptr), and
// of `element`, what that value is at the end (null when it is gone): whether its `$ref` follows its `value`
// instead.
bool is_derived_instead(const json::value& element, const attribute& target, const json::string* wanted);

// In the text of a document, as it is kept: those of ours become absolute. What is relative would mean
// another resource to those who read RFC 7643 §2.3.7 than to those who read the example in §8.3.
void make_references_absolute(std::string& text, const resource_type& type, std::string_view base_url);

}  // namespace scimd::scim
