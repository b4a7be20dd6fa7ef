// Names of the parts of a request that have no effect, with the reason. The request log shows them, so that a
// request that succeeds and changes nothing explains itself. Pure; not thread-safe.
#pragma once

#include "base/json/json.hpp"
#include "base/work_budget.hpp"
#include "scim/schema/schema.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::scim {

enum class ignored_reason {
    unknown_attribute,  // not declared by any schema
    unknown_path,       // the path of an operation names an attribute that is not declared
    read_only,
    not_kept,        // a password, or another attribute that is never stored
    no_value,        // a list element without `value`, or an operation that adds nothing
    no_match,        // the filter of the path matches nothing, so nothing was changed
    unknown_member,  // a path names an unknown member of a group
    derived,         // a `$ref` that is derived from the `value` next to it
};

// Returns the name of a reason in the log, such as "unknown_attribute".
std::string_view to_text(ignored_reason why) noexcept;

// An ignored name and its reason. A value.
struct ignored_name {
    std::string name;
    ignored_reason why = ignored_reason::unknown_attribute;
    friend bool operator==(const ignored_name&, const ignored_name&) = default;
};

// A set of ignored names: each pair of name and reason once, the first `kept_max` of them.
class ignored_names {
public:
    static constexpr std::size_t kept_max = 20;
    static constexpr std::size_t name_bytes_max = 128;

    void add(std::string_view name, ignored_reason why);
    void add(const schema* extension, std::string_view name, ignored_reason why);
    void add(const ignored_names& others);
    void resize(std::size_t count) { rows_.resize(count); }

    [[nodiscard]] const std::vector<ignored_name>& rows() const noexcept { return rows_; }

private:
    std::vector<ignored_name> rows_;
};

// Records the parts of an attribute's value that are not read: unknown and read-only sub-attributes, of the
// first `values_max` elements of a list. `extension` is the schema of the attribute, unless it belongs to the
// base schema or is a common attribute.
void record_ignored_parts(ignored_names& found, const schema* extension, const attribute& target,
        const json::value& value, work_budget& work);

}  // namespace scimd::scim
