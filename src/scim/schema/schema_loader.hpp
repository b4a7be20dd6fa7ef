// Loader for custom schemas and resource types, from files in addition to the built-in ones (RFC 7643 §6,
// §7).
//
// A file contains one definition, an array of them or a ListResponse. An object with `endpoint` or
// `schemaExtensions` is a resource type, everything else a schema; the order does not matter. A resource type
// with the name, endpoint and schema of another (User, Group, or a custom one) adds its extensions to that
// one. A schema that no resource type lists becomes an optional extension of the type in which its URN ends,
// as in urn:example:params:scim:schemas:extension:badge:2.0:User. Pure.
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
constexpr std::size_t schemas_max = 256;  // including the built-in ones
constexpr std::size_t resource_types_max = 128;

// A definition file.
struct definition_file {
    std::string name;  // as errors name it
    std::string content;
};

// Either the catalogue or all errors, each with file, position and reason.
struct loaded_catalogue {
    std::optional<catalogue> types;
    std::vector<std::string> errors;
};

// Loads the built-in definitions and those of the files. Errors: anything that RFC 7643 does not allow
// (names, keywords, complex in complex, unknown members), duplicate names, endpoints or idPrefixes,
// references to missing schemas or types, unused schemas, contradictory characteristics, an exceeded limit.
loaded_catalogue extend_standard(std::span<const definition_file> files);

}  // namespace scimd::scim
