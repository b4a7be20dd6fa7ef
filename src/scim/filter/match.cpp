#include "scim/filter/match.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "scim/comparable.hpp"

#include <algorithm>
#include <cmath>
#include <compare>
#include <optional>
#include <string>
#include <unordered_map>

namespace scimd::scim {

namespace {

constexpr std::uint64_t term_steps = 20;  // of a term on one value, in addition to the texts it compares
constexpr std::uint64_t searched_byte_steps = 5;  // for the least favourable texts
constexpr std::uint64_t date_time_steps = 200;    // to parse two

// State of one evaluation: the budget to charge, and the folded texts of the document by their addresses.
class evaluation_state {
public:
    explicit evaluation_state(work_budget& work) : work_(work) {}

    [[nodiscard]] work_budget& work() const noexcept { return work_; }

    const std::string& comparable(const json::string& text, const attribute& of) {
        const auto [place, is_new] = comparable_.try_emplace(&text);
        if (is_new)
            place->second = comparable_text(text, of, work_);
        return place->second;
    }

private:
    work_budget& work_;
    std::unordered_map<const json::string*, std::string> comparable_;
};

// True unless a value is empty or contains only empty values (RFC 7643 §2.5, RFC 7644 table 3, pr). Documents
// have at most three levels, because complex attributes contain no complex ones (RFC 7643 §2.3.8).
bool is_assigned(const json::value& value) {
    if (const json::object* const object = value.if_object())
        return std::any_of(
                object->begin(), object->end(), [](const auto& each) { return is_assigned(each.value()); });
    if (const json::array* const array = value.if_array())
        return std::any_of(array->begin(), array->end(), is_assigned);
    if (const json::string* const string = value.if_string())
        return !string->empty();
    return !value.is_null();
}

std::partial_ordering compare_exactly(std::int64_t whole, double real) {
    constexpr double two_to_63 = 9'223'372'036'854'775'808.0;
    if (std::isnan(real))
        return std::partial_ordering::unordered;
    if (real >= two_to_63)
        return std::partial_ordering::less;
    if (real < -two_to_63)
        return std::partial_ordering::greater;
    const double truncated = std::trunc(real);
    const auto order = whole <=> static_cast<std::int64_t>(truncated);
    if (order != 0)
        return order;
    return truncated <=> real;
}

std::partial_ordering compare_number(const json::value& held, std::int64_t wanted) {
    if (const std::int64_t* const whole = held.if_int64())
        return *whole <=> wanted;
    if (const double* const real = held.if_double())
        return 0 <=> compare_exactly(wanted, *real);
    return std::partial_ordering::unordered;
}

std::partial_ordering compare_number(const json::value& held, double wanted) {
    if (const std::int64_t* const whole = held.if_int64())
        return compare_exactly(*whole, wanted);
    if (const double* const real = held.if_double())
        return *real <=> wanted;
    return std::partial_ordering::unordered;
}

bool satisfies(operation which, std::partial_ordering order) {
    switch (which) {
        case operation::eq:
            return order == 0;
        case operation::ne:
            return order != 0;
        case operation::gt:
            return order > 0;
        case operation::ge:
            return order >= 0;
        case operation::lt:
            return order < 0;
        case operation::le:
            return order <= 0;
        case operation::co:
        case operation::sw:
        case operation::ew:
            break;
    }
    return false;
}

bool satisfies(operation which, std::string_view held, std::string_view wanted) {
    switch (which) {
        case operation::co:
            return contains(held, wanted);
        case operation::sw:
            return held.starts_with(wanted);
        case operation::ew:
            return held.ends_with(wanted);
        default:
            return satisfies(which, held <=> wanted);
    }
}

bool satisfies_at_instant(operation which, std::string_view held, std::string_view wanted) {
    const auto left = parse_rfc3339(held);
    const auto right = parse_rfc3339(wanted);
    if (!left || !right)
        return satisfies(which, std::partial_ordering::unordered);
    return satisfies(which, *left <=> *right);
}

bool satisfies_charged(operation which, std::string_view held, std::string_view wanted, work_budget& work) {
    work.charge(which == operation::co ? held.size() * searched_byte_steps
                                       : std::min(held.size(), wanted.size()));
    return satisfies(which, held, wanted);
}

bool satisfies_for_text(const comparison& wanted, const json::string& held, const std::string& text,
        evaluation_state& state) {
    const attribute& leaf = wanted.attribute.leaf();
    if (leaf.type == attribute_type::date_time) {
        state.work().charge(date_time_steps);
        return satisfies_at_instant(wanted.op, held, text);
    }
    if (leaf.is_case_exact)
        return satisfies_charged(wanted.op, held, text, state.work());
    return satisfies_charged(wanted.op, state.comparable(held, leaf), wanted.folded, state.work());
}

// Compares one assigned value with the literal of a comparison.
struct literal_test {
    const comparison& wanted;
    const json::value& held;
    evaluation_state& state;

    bool operator()(null_literal) const { return wanted.op == operation::ne; }
    bool operator()(std::int64_t number) const { return satisfies(wanted.op, compare_number(held, number)); }
    bool operator()(double number) const { return satisfies(wanted.op, compare_number(held, number)); }

    bool operator()(bool flag) const {
        const bool* const given = held.if_bool();
        const bool is_equal = given && *given == flag;
        return is_equal == (wanted.op == operation::eq);
    }

    bool operator()(const std::string& text) const {
        const json::string* const given = held.if_string();
        if (!given)
            return wanted.op == operation::ne;
        return satisfies_for_text(wanted, *given, text, state);
    }
};

// An unassigned attribute equals only null.
bool satisfies_when_unassigned(const comparison& wanted) {
    const bool is_null = std::holds_alternative<null_literal>(wanted.value);
    return wanted.op == (is_null ? operation::eq : operation::ne);
}

bool is_satisfied(const comparison& wanted, const json::value* held, evaluation_state& state) {
    state.work().charge(term_steps);
    if (!held || !is_assigned(*held))
        return satisfies_when_unassigned(wanted);
    const json::array* const values = held->if_array();
    if (!values)
        return std::visit(literal_test{wanted, *held, state}, wanted.value);
    return std::any_of(values->begin(), values->end(), [&](const json::value& each) {
        state.work().charge(term_steps);
        return std::visit(literal_test{wanted, each, state}, wanted.value);
    });
}

const json::object& container_of(const path& target, const json::object& document) {
    static const json::object nothing;
    if (!target.extension)
        return document;
    const json::object* const extension = find_object(document, target.extension->urn);
    return extension ? *extension : nothing;
}

const json::value* attribute_in(const path& target, const json::object& document) {
    return find(container_of(target, document), target.attribute->name);
}

// Returns the part of a value that a path names: its sub-attribute, or the value itself.
const json::value* part_of(const path& target, const json::value& element) {
    if (!target.sub_attribute)
        return &element;
    const json::object* const members = element.if_object();
    return members ? find(*members, target.sub_attribute->name) : nullptr;
}

// Calls `test` with the part that the path names of each value (nullptr: unassigned), until one passes.
template <class Test>
bool any_value(const path& target, const json::object& document, work_budget& work, Test test) {
    work.charge(term_steps);
    const json::value* const value = attribute_in(target, document);
    if (!value || !is_assigned(*value))
        return test(static_cast<const json::value*>(nullptr));
    const json::array* const elements = value->if_array();
    if (!elements)
        return test(part_of(target, *value));
    return std::any_of(elements->begin(), elements->end(), [&](const json::value& each) {
        work.charge(term_steps);
        return test(part_of(target, each));
    });
}

class one_element {
public:
    one_element(const json::value& element, evaluation_state& state) : element_(element), state_(state) {}

    bool operator()(const comparison& node) const {
        return is_satisfied(node, part_of(node.attribute, element_), state_);
    }

    bool operator()(const present& node) const {
        state_.work().charge(term_steps);
        const json::value* const held = part_of(node.attribute, element_);
        return held && is_assigned(*held);
    }

    // The parser does not produce brackets inside brackets.
    bool operator()(const value_filter&) const { return false; }

private:
    const json::value& element_;
    evaluation_state& state_;
};

template <class Subject>
struct evaluation {
    const Subject& subject;

    bool run(const filter& condition) const { return std::visit(*this, condition.node); }

    bool operator()(const conjunction& node) const {
        return std::all_of(
                node.terms.begin(), node.terms.end(), [this](const filter& term) { return run(term); });
    }

    bool operator()(const disjunction& node) const {
        return std::any_of(
                node.terms.begin(), node.terms.end(), [this](const filter& term) { return run(term); });
    }

    bool operator()(const negation& node) const { return !run(*node.term); }

    template <class Leaf>
    bool operator()(const Leaf& leaf) const {
        return subject(leaf);
    }
};

bool element_matches(const filter& condition, const json::value& element, evaluation_state& state) {
    const one_element subject(element, state);
    return evaluation<one_element>{subject}.run(condition);
}

// Evaluates a filter on a whole document; one_element does so on one element. They differ only in how a path
// is looked up.
class whole_document {
public:
    whole_document(
            const json::object& document, evaluation_state& state, const value_terms* outside = nullptr)
            : document_(document), state_(state), outside_(outside) {}

    template <class Leaf>
    bool operator()(const Leaf& leaf) const {
        const auto known = outside_ ? outside_->outcome_of(leaf) : std::nullopt;
        return known ? *known : is_met(leaf);
    }

private:
    [[nodiscard]] bool is_met(const comparison& node) const {
        // emails eq null is a statement about the attribute, not about one of its values.
        if (std::holds_alternative<null_literal>(node.value))
            return is_present(node.attribute) == (node.op == operation::ne);
        return any_value(node.attribute, document_, state_.work(),
                [&](const json::value* held) { return is_satisfied(node, held, state_); });
    }

    [[nodiscard]] bool is_met(const present& node) const { return is_present(node.attribute); }

    [[nodiscard]] bool is_met(const value_filter& node) const {
        return any_value(node.attribute, document_, state_.work(), [&](const json::value* element) {
            return element && element_matches(*node.condition, *element, state_);
        });
    }

    [[nodiscard]] bool is_present(const path& target) const {
        return any_value(target, document_, state_.work(),
                [](const json::value* held) { return held && is_assigned(*held); });
    }

    const json::object& document_;
    evaluation_state& state_;
    const value_terms* outside_;
};

using leaf_pointer = std::variant<const comparison*, const present*, const value_filter*>;

// Collects the terms of a filter that concern an attribute.
struct leaf_finder {
    const attribute& of;
    std::vector<leaf_pointer>& found;

    void operator()(const conjunction& node) const { in_all(node.terms); }
    void operator()(const disjunction& node) const { in_all(node.terms); }
    void operator()(const negation& node) const { std::visit(*this, (*node.term).node); }

    template <class Leaf>
    void operator()(const Leaf& leaf) const {
        if (!leaf.attribute.extension && leaf.attribute.attribute->name == of.name)
            found.emplace_back(&leaf);
    }

private:
    void in_all(const std::vector<filter>& terms) const {
        for (const auto& term : terms)
            std::visit(*this, term.node);
    }
};

// Evaluates a term on one value that is not in the document.
struct leaf_test {
    const json::value& element;
    evaluation_state& state;

    // null is compared with the attribute as a whole: whether it has any value.
    bool operator()(const comparison* leaf) const {
        const one_element subject(element, state);
        if (std::holds_alternative<null_literal>(leaf->value))
            return subject(present{leaf->attribute});
        return subject(*leaf);
    }

    bool operator()(const present* leaf) const { return one_element(element, state)(*leaf); }

    bool operator()(const value_filter* leaf) const {
        return element_matches(*leaf->condition, element, state);
    }
};

// Returns the primary value, else the first (RFC 7644 §3.4.2.3).
const json::value* representative(const json::array& elements) {
    for (const json::value& each : elements) {
        const json::object* const members = each.if_object();
        const json::value* const primary = members ? find(*members, "primary") : nullptr;
        if (primary && primary->is_bool() && primary->get_bool())
            return &each;
    }
    return elements.empty() ? nullptr : &elements.front();
}

}  // namespace

bool matches(const filter& condition, const json::object& document, work_budget& work) {
    evaluation_state state(work);
    const whole_document subject(document, state);
    return evaluation<whole_document>{subject}.run(condition);
}

value_terms::value_terms(const filter& condition, const attribute& of) {
    std::vector<leaf_pointer> leaves;
    std::visit(leaf_finder{of, leaves}, condition.node);
    for (const auto leaf : leaves)
        terms_.push_back({leaf});
}

bool value_terms::are_decided() const noexcept {
    return std::ranges::all_of(terms_, &term::has_passed);
}

void value_terms::look_at(const json::value& element, work_budget& work) {
    evaluation_state state(work);
    has_values_ = true;
    work.charge(term_steps);
    for (auto& each : terms_)
        each.has_passed = each.has_passed || std::visit(leaf_test{element, state}, each.leaf);
}

template <class Leaf>
const value_terms::term* value_terms::find(const Leaf& leaf) const {
    const auto place = std::ranges::find_if(terms_, [&](const term& each) {
        const auto* const held = std::get_if<const Leaf*>(&each.leaf);
        return held && *held == &leaf;
    });
    return place == terms_.end() ? nullptr : &*place;
}

std::optional<bool> value_terms::outcome_of(const comparison& leaf) const {
    const auto* const found = find(leaf);
    if (!found)
        return std::nullopt;
    if (std::holds_alternative<null_literal>(leaf.value))
        return found->has_passed == (leaf.op == operation::ne);
    return has_values_ ? found->has_passed : satisfies_when_unassigned(leaf);
}

std::optional<bool> value_terms::outcome_of(const present& leaf) const {
    const auto* const found = find(leaf);
    return found ? std::optional(found->has_passed) : std::nullopt;
}

std::optional<bool> value_terms::outcome_of(const value_filter& leaf) const {
    const auto* const found = find(leaf);
    return found ? std::optional(found->has_passed) : std::nullopt;
}

bool matches(const filter& condition, const json::object& document, const value_terms& outside,
        work_budget& work) {
    evaluation_state state(work);
    const whole_document subject(document, state, &outside);
    return evaluation<whole_document>{subject}.run(condition);
}

bool matches_value(const filter& condition, const json::value& element, work_budget& work) {
    evaluation_state state(work);
    return element_matches(condition, element, state);
}

const json::value* value_at(const path& target, const json::object& document) {
    const json::value* value = attribute_in(target, document);
    if (!value)
        return nullptr;
    if (const json::array* const elements = value->if_array())
        value = representative(*elements);
    if (value)
        value = part_of(target, *value);
    return value && is_assigned(*value) ? value : nullptr;
}

}  // namespace scimd::scim
