// Versions of resources as weak entity tags, W/"12", and the preconditions on them (RFC 7644 §3.14, RFC 9110
// §13). Pure.
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
    std::vector<std::string> tags;  // what stands between the quotes; weak and strong compare alike here

    // invalid_value when it is neither * nor a list of quoted tags; at most 32 of them.
    static result<entity_tags> parse(std::string_view field);

    [[nodiscard]] bool matches(std::int64_t version) const;
};

struct preconditions {
    std::optional<entity_tags> if_match;
    std::optional<entity_tags> if_none_match;

    // precondition_failed when a change to a resource of that version must not happen.
    [[nodiscard]] result<void> check(std::int64_t version) const;

    // The same for a read, where an If-None-Match that matches is no failure.
    [[nodiscard]] result<void> check_match(std::int64_t version) const;
};

}  // namespace scimd::service
