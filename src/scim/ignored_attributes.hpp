// Names of what a request says without effect, and why: for the log of requests, so that a request that
// succeeds and changes nothing says why. Pure.
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
    unknown_attribute,  // no schema declares it
    unknown_path,       // the same, of the path of an operation
    read_only,
    not_kept,        // a password, or another attribute that is never kept
    no_value,        // an element of a list without `value`, or an operation that adds nothing
    no_match,        // the filter of the path matches nothing, so nothing was changed
    unknown_member,  // of a group
    derived,         // a `$ref` that follows the `value` beside it
};

// "unknown_attribute", as the log has it.
std::string_view to_text(ignored_reason why) noexcept;

struct ignored_name {
    std::string name;
    ignored_reason why = ignored_reason::unknown_attribute;
    friend bool operator==(const ignored_name&, const ignored_name&) = default;
};

// Each pair of a name and a reason once, the first `kept_max` of them.
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

// What of a value given for the attribute is not read: unknown and read-only sub-attributes, of the first
// `values_max` elements of a list. `extension` is the schema that has the attribute, when that is none of the
// base and common ones.
void record_ignored_parts(
    ignored_names& found,
    const schema* extension,
    const attribute& target,
    const json::value& value,
    work_budget& work
);

}  // namespace scimd::scim
