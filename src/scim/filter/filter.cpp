#include "scim/filter/filter.hpp"

#include "base/json/json.hpp"
#include "base/text.hpp"
#include "scim/comparable.hpp"
#include "scim/filter/filter_lexer.hpp"
#include "scim/filter/filter_literal.hpp"
#include "scim/quoted_input.hpp"
#include "scim/schema/legacy_names.hpp"

#include <array>
#include <optional>
#include <utility>

namespace scimd::scim {

namespace {

constexpr std::array<std::pair<std::string_view, operation>, 9> operations = {{
        {"eq", operation::eq},
        {"ne", operation::ne},
        {"co", operation::co},
        {"sw", operation::sw},
        {"ew", operation::ew},
        {"gt", operation::gt},
        {"ge", operation::ge},
        {"lt", operation::lt},
        {"le", operation::le},
}};

std::optional<operation> find_operation(std::string_view word) {
    for (const auto& [name, meaning] : operations)
        if (equals_ignoring_case(name, word))
            return meaning;
    return std::nullopt;
}

bool is_equality(operation which) {
    return which == operation::eq || which == operation::ne;
}

bool is_substring(operation which) {
    return which == operation::co || which == operation::sw || which == operation::ew;
}

// Operators by type: table 3 of RFC 7644 §3.4.2.2.
bool is_defined_for(operation which, attribute_type type) {
    if (is_equality(which))
        return true;
    if (is_substring(which))
        return type == attribute_type::string || type == attribute_type::reference;
    return type != attribute_type::boolean && type != attribute_type::binary;
}

// True for attributes that are never returned: a filter on a password would reveal it guess by guess.
bool is_secret(const path& where) {
    return where.attribute->returned == returned::never || where.leaf().returned == returned::never;
}

// Resolves names against a resource type or, inside brackets, against one attribute.
class scope {
public:
    scope(const resource_type& type, std::span<const resource_type* const> others, conformance_mode mode)
            : type_(&type), others_(others), how_(mode) {}
    scope(const path& bracketed, conformance_mode mode) : bracketed_(bracketed), how_(mode) {}

    // Returns the scope inside the brackets after the URN of a schema: the schema's attributes.
    [[nodiscard]] scope within(const schema& container) const {
        scope inside = *this;
        inside.container_ = &container;
        return inside;
    }

    // Returns a scope in which every name resolves to a text attribute.
    [[nodiscard]] scope with_any_name() const {
        scope made = *this;
        made.has_any_name_ = true;
        return made;
    }

    // Returns the schema of that name if brackets with its attributes may follow it; else nullptr.
    [[nodiscard]] const schema* find_container(std::string_view name) const {
        if (is_inside_brackets() || container_ || is_strict())
            return nullptr;
        if (const schema* const found = find_container_in(name, *type_))
            return found;
        for (const resource_type* const other : others_)
            if (const schema* const found = find_container_in(name, *other))
                return found;
        return nullptr;
    }

    [[nodiscard]] bool is_inside_brackets() const { return !type_; }
    [[nodiscard]] bool is_strict() const { return how_ == conformance_mode::strict; }
    [[nodiscard]] scope within(const path& attribute) const { return {attribute, how_}; }

    [[nodiscard]] std::optional<path> find(std::string_view name) const {
        if (is_inside_brackets())
            return find_sub_attribute(name);
        const std::string full = container_ ? container_->urn + ":" + std::string(name) : std::string();
        if (container_)
            name = full;
        if (auto found = find_in(name, *type_))
            return found;
        for (const resource_type* const other : others_)
            if (auto found = find_in(name, *other))
                return found;
        return std::nullopt;
    }

private:
    [[nodiscard]] std::optional<path> find_in(std::string_view name, const resource_type& type) const {
        const auto found = parse_path(name, type);
        if (!found || (is_strict() && !is_standard_notation(name, *found, type)))
            return std::nullopt;
        return *found;
    }

    static const schema* find_container_in(std::string_view name, const resource_type& type) {
        const auto renamed = standard_name(name, type);
        return type.find_schema(renamed ? *renamed : name);
    }

    [[nodiscard]] std::optional<path> find_sub_attribute(std::string_view name) const {
        path found = bracketed_;
        found.sub_attribute = scim::find_sub_attribute(*found.attribute, name);
        if (found.sub_attribute)
            return found;
        if (has_any_name_) {
            static const attribute any{.name = "any", .description = {}};
            found.sub_attribute = &any;
            return found;
        }
        // In a multi-valued attribute without sub-attributes "value" is the element itself.
        const bool is_element = !found.attribute->is_complex() && equals_ignoring_case(name, "value");
        return is_element ? std::optional(found) : std::nullopt;
    }

    const resource_type* type_ = nullptr;
    std::span<const resource_type* const> others_;
    path bracketed_;
    const schema* container_ = nullptr;
    bool has_any_name_ = false;
    conformance_mode how_;
};

// Recursive descent parser for RFC 7644 Figure 1 with the precedence of §3.4.2.2: grouping, not, and, or.
// Recursion happens only at parentheses and brackets, which are counted.
class parser {
public:
    explicit parser(std::string_view text) : in_(text) {}

    result<filter> whole(const scope& names) {
        auto parsed = any_of(names);
        if (parsed && !in_.at_end())
            return fail("unexpected text");
        return parsed;
    }

private:
    class nesting {
    public:
        explicit nesting(std::size_t& depth) : depth_(depth) { ++depth_; }
        ~nesting() { --depth_; }
        nesting(const nesting&) = delete;
        nesting& operator=(const nesting&) = delete;

    private:
        std::size_t& depth_;
    };

    result<filter> any_of(const scope& names) {
        return joined<disjunction>("or", [&] { return all_of(names); });
    }

    result<filter> all_of(const scope& names) {
        return joined<conjunction>("and", [&] { return term(names); });
    }

    template <class Junction, class Next>
    result<filter> joined(std::string_view keyword, Next next) {
        std::vector<filter> terms;
        do {
            auto parsed = next();
            if (!parsed)
                return parsed;
            terms.push_back(std::move(*parsed));
        } while (in_.take_keyword(keyword));
        if (terms.size() == 1)
            return std::move(terms.front());
        return filter{Junction{std::move(terms)}};
    }

    result<filter> term(const scope& names) {
        const bool is_negated = in_.take_negation();
        if (!is_negated && !in_.take('('))
            return attribute_expression(names);
        auto inner = enclosed(')', names);
        if (inner && is_negated)
            return filter{negation{std::move(*inner)}};
        return inner;
    }

    // Parses up to `closing`; the opening symbol has been consumed.
    result<filter> enclosed(char closing, const scope& names) {
        const nesting level(depth_);
        if (depth_ > filter_depth_max)
            return fail("more than " + std::to_string(filter_depth_max) + " levels of nesting");
        auto inner = any_of(names);
        if (inner && !in_.take(closing))
            return fail(std::string("'") + closing + "' is missing");
        return inner;
    }

    result<filter> attribute_expression(const scope& names) {
        const std::size_t position = in_.position();
        const std::string_view name = in_.take_word();
        if (name.empty())
            return fail("an attribute is missing");
        const auto attribute = names.find(name);
        // urn:…:enterprise:2.0:User[department eq "x"] means urn:…:enterprise:2.0:User:department eq "x".
        if (const schema* const container = attribute ? nullptr : names.find_container(name);
                container && in_.take('['))
            return enclosed(']', names.within(*container));
        if (!attribute)
            return filter_lexer::failure("there is no attribute " + quoted_input(name), position);
        if (is_secret(*attribute))
            return filter_lexer::failure(
                    "the attribute " + quoted_input(name) + " cannot be compared", position);
        if (in_.take('['))
            return value_path(*attribute, names, position);
        return compared(*attribute, names);
    }

    // Parses emails[type eq "work"]. Entra appends a comparison, emails[type eq "work"].value eq "x", which
    // is another condition on the same value.
    result<filter> value_path(const path& attribute, const scope& names, std::size_t position) {
        if (names.is_inside_brackets())
            return filter_lexer::failure("brackets cannot stand inside brackets", position);
        if (attribute.sub_attribute)
            return filter_lexer::failure("brackets cannot follow a sub-attribute", position);
        if (!attribute.attribute->is_complex() && !attribute.attribute->is_multi_valued)
            return filter_lexer::failure("brackets cannot follow an attribute of one simple value", position);

        const scope inside = names.within(attribute);
        auto condition = enclosed(']', inside);
        if (!condition || names.is_strict() || !in_.take('.'))
            return condition ? filter{value_filter{attribute, std::move(*condition)}} : condition;

        auto last = attribute_expression(inside);
        if (!last)
            return last;
        return filter{value_filter{attribute, with_term(std::move(*condition), std::move(*last))}};
    }

    static filter with_term(filter condition, filter term) {
        if (auto* const terms = std::get_if<conjunction>(&condition.node)) {
            terms->terms.push_back(std::move(term));
            return condition;
        }
        conjunction both;
        both.terms.push_back(std::move(condition));
        both.terms.push_back(std::move(term));
        return filter{std::move(both)};
    }

    result<filter> compared(const path& attribute, const scope& names) {
        if (++terms_ > filter_terms_max)
            return fail("more than " + std::to_string(filter_terms_max) + " comparisons");
        const std::size_t position = in_.position();
        const std::string_view word = in_.take_word();
        if (equals_ignoring_case(word, "pr"))
            return filter{present{attribute}};
        const auto which = find_operation(word);
        if (word.empty())
            return filter_lexer::failure("an operator is missing", position);
        if (!which)
            return filter_lexer::failure("there is no operator " + quoted_input(word), position);
        const auto given = in_.take_literal();
        if (!given)
            return given.error();
        if (is_null(*given))
            return compared_with_null(attribute, *which, position);
        if (names.is_strict() && !is_standard(*given, attribute))
            return filter_lexer::failure("a value is not written as JSON has its type", given->position);
        return compared_with(attribute, *which, *given, position);
    }

    // True for text in quotes and for booleans and numbers without (RFC 7644 Figure 1).
    static bool is_standard(const raw_literal& given, const path& attribute) {
        switch (attribute.leaf().type) {
            case attribute_type::boolean:
                return !given.is_quoted && (given.text == "true" || given.text == "false");
            case attribute_type::integer:
            case attribute_type::decimal:
                return !given.is_quoted;
            default:
                return given.is_in_json_quotes;
        }
    }

    // Comparison with null means unassigned, for attributes of any type (RFC 7643 §2.5).
    static result<filter> compared_with_null(const path& attribute, operation which, std::size_t position) {
        if (!is_equality(which))
            return filter_lexer::failure("null is compared with eq and ne only", position);
        return filter{comparison{attribute, which, null_literal{}}};
    }

    static result<filter> compared_with(
            path attribute, operation which, const raw_literal& given, std::size_t position) {
        // RFC 7644 §3.4.2.2 does not define `emails co "x"`; it is applied to the values.
        if (attribute.leaf().is_complex())
            attribute.sub_attribute = attribute.attribute->find("value");
        const scim::attribute& leaf = attribute.leaf();
        if (leaf.is_complex() || is_secret(attribute))
            return filter_lexer::failure(
                    "a sub-attribute of '" + attribute.attribute->name + "' must be named", position);
        if (!is_defined_for(which, leaf.type))
            return filter_lexer::failure(
                    "the operator is not defined for the type of '" + leaf.name + "'", position);
        auto value = coerce(given, leaf);
        if (!value)
            return value.error();
        return filter{comparison{attribute, which, std::move(*value)}};
    }

    error fail(std::string reason) { return filter_lexer::failure(std::move(reason), in_.position()); }

    filter_lexer in_;
    std::size_t depth_ = 0;
    std::size_t terms_ = 0;
};

result<filter> parse(std::string_view text, const scope& names) {
    if (text.size() > filter_bytes_max)
        return error{errc::invalid_filter,
                "The filter is longer than " + std::to_string(filter_bytes_max) + " bytes."};
    if (!is_valid_utf8(text))
        return error{errc::invalid_filter, "The filter is not UTF-8."};
    return parser(text).whole(names);
}

// The form of attribute names: full path, or inside brackets only what follows the attribute.
enum class naming { full, inside_brackets };

std::string name_of(const path& where, naming names) {
    if (names == naming::full)
        return to_text(where);
    return where.sub_attribute ? where.sub_attribute->name : "value";
}

class printer {
public:
    void print(const filter& condition) {
        std::visit([this](const auto& node) { print(node); }, condition.node);
    }

    std::string take() { return std::move(text_); }

private:
    void print(const comparison& node) {
        text_ += name_of(node.attribute, names_);
        text_ += ' ';
        text_ += operations[static_cast<std::size_t>(node.op)].first;
        text_ += ' ';
        std::visit([this](const auto& value) { print_literal(value); }, node.value);
    }

    void print(const present& node) { text_ += name_of(node.attribute, names_) + " pr"; }

    void print(const conjunction& node) {
        print_terms(node.terms, " and ", [](const filter& term) {
            return std::holds_alternative<conjunction>(term.node) ||
                   std::holds_alternative<disjunction>(term.node);
        });
    }

    void print(const disjunction& node) {
        print_terms(node.terms, " or ",
                [](const filter& term) { return std::holds_alternative<disjunction>(term.node); });
    }

    void print(const negation& node) {
        text_ += "not (";
        print(*node.term);
        text_ += ')';
    }

    void print(const value_filter& node) {
        text_ += to_text(node.attribute);
        text_ += '[';
        names_ = naming::inside_brackets;
        print(*node.condition);
        names_ = naming::full;
        text_ += ']';
    }

    template <class NeedsParentheses>
    void print_terms(
            const std::vector<filter>& terms, std::string_view between, NeedsParentheses is_grouped) {
        bool is_first = true;
        for (const filter& term : terms) {
            if (!is_first)
                text_ += between;
            is_first = false;
            if (!is_grouped(term)) {
                print(term);
                continue;
            }
            text_ += '(';
            print(term);
            text_ += ')';
        }
    }

    void print_literal(null_literal) { text_ += "null"; }
    void print_literal(bool value) { text_ += value ? "true" : "false"; }
    void print_literal(std::int64_t value) { text_ += std::to_string(value); }
    void print_literal(double value) { append_text(text_, json::value(value)); }
    void print_literal(const std::string& value) { append_quoted(text_, value); }

    naming names_ = naming::full;
    std::string text_;
};

}  // namespace

comparison::comparison(const path& compared, operation which, literal wanted)
        : attribute(compared), op(which), value(std::move(wanted)) {
    const auto* const text = std::get_if<std::string>(&value);
    if (!text || attribute.leaf().is_case_exact)
        return;
    // For substrings, blanks at the ends are significant: they are inside the whole text.
    folded = is_substring(op) ? fold(*text) : comparable_text(*text, attribute.leaf(), unlimited_work());
}

boxed_filter::boxed_filter(filter inner) : inner_(std::make_unique<filter>(std::move(inner))) {}
boxed_filter::boxed_filter(const boxed_filter& other) : inner_(std::make_unique<filter>(*other)) {}
boxed_filter::boxed_filter(boxed_filter&&) noexcept = default;
boxed_filter::~boxed_filter() = default;

boxed_filter& boxed_filter::operator=(boxed_filter other) noexcept {
    inner_.swap(other.inner_);
    return *this;
}

bool operator==(const boxed_filter& a, const boxed_filter& b) {
    return *a == *b;
}

result<filter> parse_filter(std::string_view text, const resource_type& type, conformance_mode mode) {
    return parse(text, scope(type, {}, mode));
}

result<filter> parse_filter(std::string_view text, const resource_type& type,
        std::span<const resource_type* const> others, conformance_mode mode) {
    return parse(text, scope(type, others, mode));
}

result<filter> parse_value_filter(std::string_view text, const path& attribute, conformance_mode mode) {
    return parse(text, scope(attribute, mode));
}

bool has_unknown_sub_attribute(std::string_view text, const path& attribute) {
    const scope names(attribute, conformance_mode::compat);
    return !parse(text, names) && parse(text, names.with_any_name());
}

std::string to_text(const filter& condition) {
    printer out;
    out.print(condition);
    return out.take();
}

}  // namespace scimd::scim
