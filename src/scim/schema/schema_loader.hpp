// Schemas and resource types of one's own, loaded from files beside the built-in ones (RFC 7643 §6, §7).
//
// A file holds one definition, an array of them or a ListResponse. What lists `endpoint` or
// `schemaExtensions` is a resource type, everything else a schema; the order does not matter. A resource type
// that repeats the name of another (User, Group, or one of one's own) with the same endpoint and schema adds
// its extensions to it. A schema that no resource type lists becomes an optional extension of the type that
// its URN ends in, as in urn:example:params:scim:schemas:extension:badge:2.0:User. Pure.
#pragma once

#include "base/embedded.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace scimd::scim {

constexpr std::size_t definition_files_max = 256;
constexpr std::size_t definition_file_bytes_max = 1024 * 1024;
constexpr std::size_t schemas_max = 256;  // the built-in ones included
constexpr std::size_t resource_types_max = 128;

struct definition_file {
    std::string name;  // as it stands in what is told of it
    std::string content;
};

// Either the catalogue, or everything that is wrong: file, place in it, and reason.
struct loaded_catalogue {
    std::optional<catalogue> types;
    std::vector<std::string> errors;
};

// The built-in definitions and those of the files. The mistakes: whatever RFC 7643 does not allow (names,
// keywords, complex inside complex, unknown members), two definitions of one name, endpoint or idPrefix,
// schemas or types that are referred to and not there, schemas that nobody uses, characteristics that
// contradict each other, a limit exceeded.
loaded_catalogue extend_standard(std::span<const definition_file> files);

}  // namespace scimd::scim
