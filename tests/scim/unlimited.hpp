// Overloads of the functions that charge a work budget, with an unlimited one, for tests of their results.
#pragma once

#include "scim/filter/match.hpp"
#include "scim/patch/patch.hpp"
#include "scim/patch/patch_path.hpp"
#include "scim/patch/quirks.hpp"
#include "scim/patch/request_body.hpp"
#include "scim/patch/strict.hpp"
#include "scim/resource.hpp"
#include "scim/unique.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace scimd::scim {

inline bool matches(const filter& condition, const json::object& document) {
    return matches(condition, document, unlimited_work());
}

inline bool matches_value(const filter& condition, const json::value& element) {
    return matches_value(condition, element, unlimited_work());
}

inline result<patch> parse_patch(const json::object& body, const resource_type& type,
        conformance_mode mode = conformance_mode::compat) {
    return parse_patch(body, type, mode, unlimited_work());
}

inline result<json::object> apply(
        const patch& change, const json::object& document, const resource_type& type) {
    return apply(change, document, type, unlimited_work());
}

inline result<parsed_body> read_body(const json::object& body, const resource_type& type) {
    return read_body(body, type, unlimited_work());
}

inline result<parsed_body> read_resource(
        json::object body, const resource_type& type, conformance_mode mode) {
    return read_resource(std::move(body), type, mode, unlimited_work());
}

inline result<patch> read_patch(json::object body, const resource_type& type, conformance_mode mode) {
    return read_patch(std::move(body), type, mode, unlimited_work());
}

inline result<void> normalize(json::object& document, const resource_type& type) {
    return normalize(document, type, unlimited_work());
}

inline result<void> check_replacement(
        const json::object& current, const json::object& next, const resource_type& type) {
    return check_replacement(current, next, type, unlimited_work());
}

inline std::vector<unique_value> unique_values(const json::object& document, const resource_type& type) {
    return unique_values(document, type, unlimited_work());
}

inline result<patch_target> parse_target(
        std::string_view text, const resource_type& type, conformance_mode mode = conformance_mode::compat) {
    return parse_target(text, type, mode, unlimited_work());
}

namespace quirks {

inline json::object rewrite_resource(json::object body, const resource_type& type) {
    return rewrite_resource(std::move(body), type, unlimited_work());
}

inline json::object rewrite_patch(json::object body, const resource_type& type) {
    return rewrite_patch(std::move(body), type, unlimited_work());
}

}  // namespace quirks

namespace strict {

inline result<void> check_resource(const json::object& body, const resource_type& type) {
    return check_resource(body, type, unlimited_work());
}

inline result<void> check_patch(const json::object& body, const resource_type& type) {
    return check_patch(body, type, unlimited_work());
}

}  // namespace strict

}  // namespace scimd::scim
