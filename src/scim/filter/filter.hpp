// Filters: the grammar of RFC 7644 Figure 1 as a tree, its parser and its printer.
//
// Bounded: filter_bytes_max, filter_depth_max, filter_terms_max, each exceeded with invalid_filter. Beyond
// the grammar it understands what identity providers send: operators without surrounding spaces after a
// quoted literal (`eq"x"`, as RFC 7644 §3.5.2.3 itself has it) and, but in strict directories, unquoted
// literals, `emails[type eq "work"].value eq "x"`, "True"/"False" for booleans, names of extensions'
// attributes without their URN.
#pragma once

#include "base/error.hpp"
#include "scim/conformance_mode.hpp"
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

struct null_literal {
    friend bool operator==(const null_literal&, const null_literal&) = default;
};
using literal = std::variant<null_literal, bool, std::int64_t, double, std::string>;

struct filter;

// A filter owned by its parent node: a value that copies.
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

struct comparison {  // the literal has been coerced to the type of the attribute compared
    comparison(const path& attribute, operation op, literal value);

    path attribute;
    operation op;
    literal value;
    std::string folded;  // of a text that is compared without regard to case; else empty
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
// emails[type eq "work" and value co "@x"]: one and the same value meets `condition`, whose paths are
// sub-attributes of `attribute` (path.attribute is it, path.sub_attribute the one compared).
struct value_filter {
    path attribute;
    boxed_filter condition;
    friend bool operator==(const value_filter&, const value_filter&) = default;
};

struct filter {
    std::variant<comparison, present, conjunction, disjunction, negation, value_filter> node;
    friend bool operator==(const filter&, const filter&) = default;
};

// Semantic refusals, each invalid_filter: unknown attribute, an attribute that is never returned (password),
// an operator its type does not have (gt on boolean or binary; co, sw, ew on anything but strings and
// references), a literal that cannot be of its type, a complex attribute compared without sub-attribute
// unless it has `value` (then that is meant: emails, members, manager, groups).
result<filter> parse_filter(
    std::string_view text, const resource_type& type, conformance_mode mode = conformance_mode::compat
);

// The same for a query over several types (RFC 7644 §3.4.2.1): an attribute that `type` does not have but one
// of `others` has is unassigned in every resource of `type`. Its path does not belong() to it.
result<filter> parse_filter(
    std::string_view text,
    const resource_type& type,
    std::span<const resource_type* const> others,
    conformance_mode mode = conformance_mode::compat
);

// The inside of brackets in a PATCH path: sub-attributes of `attribute` only, no nested brackets. For a
// multi-valued attribute without sub-attributes "value" stands for the element itself.
result<filter> parse_value_filter(
    std::string_view text, const path& attribute, conformance_mode mode = conformance_mode::compat
);

// Whether the only fault of such a text is that it names sub-attributes that there are not.
bool has_unknown_sub_attribute(std::string_view text, const path& attribute);

// Parses again to the same filter. (The inside of brackets printed alone has full paths: "emails.type eq …".)
std::string to_text(const filter& condition);

}  // namespace scimd::scim
