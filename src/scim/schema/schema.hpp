// Schemas and resource types as data (RFC 7643 §6, §7).
//
// A catalogue is loaded once at start from JSON (schema_loader.hpp) and never changes: everything that
// resolves a name against it may keep pointers into it for the life of the process. Names and URNs match
// whatever their ASCII case; what is found carries the canonical spelling.
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
    country,  // RFC 7643 §4.1.2: a code of ISO 3166-1
    name,     // that people type: compared without the blanks around it
};

// Where resources are found that a reference may point at.
struct reference_target {
    std::string id_prefix;  // "diruser_"
    std::string endpoint;   // "/Users"
};

// The characteristics of RFC 7643 §2.2, with its defaults, and the format that it asks of some texts.
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

struct schema {
    std::string urn;
    std::string name;
    std::string description;
    std::vector<attribute> attributes;
    bool is_built_in = false;  // the same at every start

    [[nodiscard]] const attribute* find(std::string_view name) const noexcept;
};

struct extension {
    const schema* definition = nullptr;
    bool is_required = false;
};

struct resource_type {
    std::string name;      // "User"
    std::string endpoint;  // "/Users"
    std::string description;
    std::string id_prefix;  // "diruser_"
    const schema* base = nullptr;
    std::vector<extension> extensions;
    bool is_built_in = false;  // User and Group, which every directory has

    // The base schema or an extension of that URN; nullptr when this type has none such.
    [[nodiscard]] const schema* find_schema(std::string_view urn) const noexcept;
};

// schemas, id, externalId and meta: on every resource, in no schema of its own (RFC 7643 §3.1).
const std::vector<attribute>& common_attributes();
const attribute* find_common(std::string_view name) noexcept;

class catalogue {
public:
    // The types' pointers lead into the schemas.
    catalogue(std::deque<schema> schemas, std::deque<resource_type> types);
    catalogue(const catalogue&) = delete;
    catalogue& operator=(const catalogue&) = delete;
    catalogue(catalogue&&) = default;  // NOLINT(performance-noexcept-move-constructor): a deque's may throw
    catalogue& operator=(catalogue&&) = default;  // NOLINT(performance-noexcept-move-constructor)
    ~catalogue() = default;

    // Definitions alone, without the built-in ones; the first mistake when there is one.
    static result<catalogue> load(std::span<const embedded_file> files);

    // User, EnterpriseUser and Group, linked into the binary from schema/scim/.
    static catalogue standard();

    [[nodiscard]] const std::vector<const schema*>& schemas() const noexcept { return schemas_; }
    [[nodiscard]] const std::deque<resource_type>& resource_types() const noexcept { return types_; }
    [[nodiscard]] const schema* find_schema(std::string_view urn) const noexcept;
    [[nodiscard]] const resource_type* find_type(std::string_view name) const noexcept;         // "User"
    [[nodiscard]] const resource_type* find_endpoint(std::string_view segment) const noexcept;  // "Users"

    // What a directory may do without: the extensions, and the base schemas of types that are not built in.
    [[nodiscard]] std::vector<const schema*> choices() const;

    // Of the extensions and resource types only those whose schemas are chosen, and all that is built in but
    // its extensions. Borrows the schemas of this one.
    [[nodiscard]] catalogue subset(std::span<const schema* const> chosen) const;

private:
    catalogue() = default;

    std::deque<schema> owned_;  // deques: pointers into them stay valid, also when the catalogue is moved
    std::vector<const schema*> schemas_;
    std::deque<resource_type> types_;
};

}  // namespace scimd::scim
