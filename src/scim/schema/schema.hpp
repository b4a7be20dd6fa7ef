// Schemas and resource types as data (RFC 7643 §6, §7).
//
// A catalogue is loaded from JSON once at start (schema_loader.hpp) and never changes: code that resolves a
// name against it may keep pointers into it for the life of the process. Names and URNs are matched without
// regard to ASCII case; results have the canonical spelling. Thread-safe, because it is immutable.
#pragma once

#include "base/embedded.hpp"
#include "base/error.hpp"

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {

enum class attribute_type { string, boolean, decimal, integer, date_time, binary, reference, complex };
enum class mutability { read_only, read_write, immutable, write_only };
enum class returned { always, never, by_default, on_request };
enum class uniqueness { none, server, global };
enum class text_format {
    any,
    country,  // a code of ISO 3166-1 (RFC 7643 §4.1.2)
    name,     // typed by people: compared without the blanks around it
};

// The id prefix and endpoint of resources to which a reference may point.
struct reference_target {
    std::string id_prefix;  // "diruser_"
    std::string endpoint;   // "/Users"
};

// An attribute: the characteristics of RFC 7643 §2.2 with their defaults, and a text format.
struct attribute {
    std::string name;
    attribute_type type = attribute_type::string;
    bool is_multi_valued = false;
    bool is_required = false;
    bool is_case_exact = false;
    scim::mutability mutability = mutability::read_write;
    scim::returned returned = returned::by_default;
    scim::uniqueness uniqueness = uniqueness::none;
    text_format format = text_format::any;
    std::vector<std::string> canonical_values = {};
    std::vector<std::string> reference_types = {};
    std::string description;
    std::vector<attribute> sub_attributes = {};     // of a complex attribute
    std::vector<reference_target> references = {};  // the resource types among reference_types

    [[nodiscard]] const attribute* find(std::string_view sub_attribute) const noexcept;
    [[nodiscard]] bool is_complex() const noexcept { return type == attribute_type::complex; }
};

// A schema definition.
struct schema {
    std::string urn;
    std::string name;
    std::string description;
    std::vector<attribute> attributes;
    bool is_built_in = false;  // linked into the binary, identical at every start

    [[nodiscard]] const attribute* find(std::string_view name) const noexcept;
};

// An extension of a resource type.
struct extension {
    const schema* definition = nullptr;
    bool is_required = false;
};

// A resource type.
struct resource_type {
    std::string name;      // "User"
    std::string endpoint;  // "/Users"
    std::string description;
    std::string id_prefix;  // "diruser_"
    const schema* base = nullptr;
    std::vector<extension> extensions;
    bool is_built_in = false;  // User and Group, which every directory has

    // Finds the base schema or an extension by URN; nullptr: the type has no such schema.
    [[nodiscard]] const schema* find_schema(std::string_view urn) const noexcept;
};

// Returns schemas, id, externalId and meta, which every resource has and no schema declares (RFC 7643 §3.1).
const std::vector<attribute>& common_attributes();
const attribute* find_common(std::string_view name) noexcept;

// A set of schemas and resource types.
class catalogue {
public:
    // The pointers of the types must lead into the schemas.
    catalogue(std::deque<schema> schemas, std::deque<resource_type> types);
    catalogue(const catalogue&) = delete;
    catalogue& operator=(const catalogue&) = delete;
    catalogue(catalogue&&) = default;  // NOLINT(performance-noexcept-move-constructor): a deque's may throw
    catalogue& operator=(catalogue&&) = default;  // NOLINT(performance-noexcept-move-constructor)
    ~catalogue() = default;

    // Loads definitions without the built-in ones, or returns the first error.
    static result<catalogue> load(std::span<const embedded_file> files);

    // Returns User, EnterpriseUser and Group, linked into the binary from schema/scim/.
    static catalogue standard();

    [[nodiscard]] const std::vector<const schema*>& schemas() const noexcept { return schemas_; }
    [[nodiscard]] const std::deque<resource_type>& resource_types() const noexcept { return types_; }
    [[nodiscard]] const schema* find_schema(std::string_view urn) const noexcept;
    [[nodiscard]] const resource_type* find_type(std::string_view name) const noexcept;         // "User"
    [[nodiscard]] const resource_type* find_endpoint(std::string_view segment) const noexcept;  // "Users"

    // Returns the schemas that a directory may do without: the extensions, and the base schemas of types that
    // are not built in.
    [[nodiscard]] std::vector<const schema*> choices() const;

    // Returns a catalogue with the chosen schemas only: the extensions and resource types whose schemas are
    // chosen, and everything built in except extensions. It borrows the schemas of this catalogue.
    [[nodiscard]] catalogue subset(std::span<const schema* const> chosen) const;

private:
    catalogue() = default;

    std::deque<schema> owned_;  // deques: pointers into them stay valid, even when the catalogue is moved
    std::vector<const schema*> schemas_;
    std::deque<resource_type> types_;
};

}  // namespace scimd::scim
