// Filters: syntax tree, parser and printer for the grammar of RFC 7644 Figure 1.
//
// Limits: filter_bytes_max, filter_depth_max, filter_terms_max; invalid_filter beyond. In addition to the
// grammar it accepts what identity providers send: operators that are not followed by a space before a quoted
// literal (`eq"x"`, as in RFC 7644 §3.5.2.3 itself) and, unless the directory is strict, unquoted literals,
// `emails[type eq "work"].value eq "x"`, "True"/"False" for booleans, and names of extensions' attributes
// without their URN.
#pragma once

#include "base/error.hpp"
#include "scim/conformance_mode.hpp"
#include "scim/filter/filter_literal.hpp"
#include "scim/filter/path.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace scimd::scim {

constexpr std::size_t filter_bytes_max = 8 * 1024;
constexpr std::size_t filter_depth_max = 32;
constexpr std::size_t filter_terms_max = 64;

enum class operation { eq, ne, co, sw, ew, gt, ge, lt, le };

struct filter;

// A filter that is owned by its parent node. A value: copies are deep.
class boxed_filter {
public:
    boxed_filter(filter inner);  // NOLINT(google-explicit-constructor): stands for the filter it holds
    boxed_filter(const boxed_filter& other);
    boxed_filter(boxed_filter&&) noexcept;
    boxed_filter& operator=(boxed_filter other) noexcept;
    ~boxed_filter();
    [[nodiscard]] const filter& operator*() const noexcept { return *inner_; }
    friend bool operator==(const boxed_filter& a, const boxed_filter& b);

private:
    std::unique_ptr<filter> inner_;
};

// A comparison of an attribute with a literal, which has been coerced to the attribute's type.
struct comparison {
    comparison(const path& attribute, operation op, literal value);

    path attribute;
    operation op;
    literal value;
    std::string folded;  // the folded literal, if the comparison ignores case; else empty
    friend bool operator==(const comparison&, const comparison&) = default;
};
struct present {
    path attribute;
    friend bool operator==(const present&, const present&) = default;
};
struct conjunction {  // and
    std::vector<filter> terms;
    friend bool operator==(const conjunction&, const conjunction&) = default;
};
struct disjunction {  // or
    std::vector<filter> terms;
    friend bool operator==(const disjunction&, const disjunction&) = default;
};
struct negation {
    boxed_filter term;
    friend bool operator==(const negation&, const negation&) = default;
};
// A filter on single values, as in emails[type eq "work" and value co "@x"]: one value must meet the whole
// `condition`, whose paths are sub-attributes of `attribute` (path.attribute is the attribute,
// path.sub_attribute the one compared).
struct value_filter {
    path attribute;
    boxed_filter condition;
    friend bool operator==(const value_filter&, const value_filter&) = default;
};

// A node of the syntax tree. A value.
struct filter {
    std::variant<comparison, present, conjunction, disjunction, negation, value_filter> node;
    friend bool operator==(const filter&, const filter&) = default;
};

// Parses a filter. invalid_filter beyond syntax errors: unknown attribute, an attribute that is never
// returned (password), an operator that the type does not have (gt on boolean or binary; co, sw, ew on
// anything but strings and references), a literal that cannot have the type, a complex attribute compared
// without a sub-attribute unless it has `value`, which is then used (emails, members, manager, groups).
result<filter> parse_filter(
        std::string_view text, const resource_type& type, conformance_mode mode = conformance_mode::compat);

// Parses a filter of a query over several types (RFC 7644 §3.4.2.1): an attribute that `type` lacks and one
// of `others` has is unassigned in every resource of `type`. belongs() is false for its path.
result<filter> parse_filter(std::string_view text, const resource_type& type,
        std::span<const resource_type* const> others, conformance_mode mode = conformance_mode::compat);

// Parses the text between the brackets of a PATCH path: sub-attributes of `attribute` only, no nested
// brackets. For a multi-valued attribute without sub-attributes "value" means the element itself.
result<filter> parse_value_filter(
        std::string_view text, const path& attribute, conformance_mode mode = conformance_mode::compat);

// True if the only error in the text is that it names unknown sub-attributes.
bool has_unknown_sub_attribute(std::string_view text, const path& attribute);

// Prints a filter; the text parses to the same filter. (A value filter's condition printed alone has full
// paths: "emails.type eq …".)
std::string to_text(const filter& condition);

}  // namespace scimd::scim
