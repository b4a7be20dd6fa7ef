// ETags of resources, weak ones as in W/"12", and the preconditions If-Match and If-None-Match on them
// (RFC 7644 §3.14, RFC 9110 §13). Pure.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scimd::service {

std::string etag(std::int64_t version);

// One If-Match or If-None-Match field.
struct entity_tags {
    bool is_any = false;            // *
    std::vector<std::string> tags;  // without quotes; weak and strong tags compare alike

    // invalid_value when it is neither * nor a list of quoted tags; at most 32 of them.
    static result<entity_tags> parse(std::string_view field);

    [[nodiscard]] bool matches(std::int64_t version) const;
};

// The preconditions of one request.
struct preconditions {
    std::optional<entity_tags> if_match;
    std::optional<entity_tags> if_none_match;

    // For a write: precondition_failed when a resource of that version must not be changed.
    [[nodiscard]] result<void> check(std::int64_t version) const;

    // For a read, where an If-None-Match that matches is no failure (the answer is 304).
    [[nodiscard]] result<void> check_match(std::int64_t version) const;
};

}  // namespace scimd::service
