#include "base/text.hpp"
#include "scim/filter/match.hpp"
#include "scim/patch/patch.hpp"
#include "scim/references.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

namespace scimd::scim {

namespace {

constexpr std::uint64_t operation_steps = 1'000;
constexpr std::uint64_t element_steps = 50;  // of one operation on one element of a list

// Limit for the values that one operation copies into all elements of a list: far more than a document may
// hold, and far less than the product of a value's and a list's size can be.
constexpr std::uint64_t copied_steps_max = 8 * resource_bytes_max;

error required(const patch_operation& operation) {
    // RFC 7644 §3.5.2.2 prescribes `mutability` for removing a required attribute; a replace has a bad value.
    const errc code = operation.verb == patch_verb::remove ? errc::mutability : errc::invalid_value;
    return {code, to_text(operation.target.attribute) + " is required."};
}

error no_match(const patch_operation& operation) {
    return {errc::no_target,
            "No value of " + operation.target.attribute.attribute->name + " meets the filter."};
}

error too_much_copied(const patch_operation& operation) {
    return {errc::too_large,
            "The value is too large for all elements of " + operation.target.attribute.attribute->name + "."};
}

json::object& object_at(json::object& holder, std::string_view name) {
    json::value& value = holder[name];
    return value.is_object() ? value.get_object() : value.emplace_object();
}

json::array& array_at(json::object& holder, std::string_view name) {
    json::value& value = holder[name];
    return value.is_array() ? value.get_array() : value.emplace_array();
}

// Appends values to a list. Adding an existing value changes nothing (RFC 7644 §3.5.2.1).
json::array joined(
        const json::array& before, const json::array& added, const attribute& list, work_budget& work) {
    json::array all = before;
    std::set<std::string> known;
    for (const json::value& each : all)
        known.insert(identity(each, list, work));
    for (const json::value& each : added)
        if (known.insert(identity(each, list, work)).second)
            all.push_back(each);
    return all;
}

void erase(json::object& object, std::string_view name) {
    if (const auto found = object.find(name); found != object.end())
        object.stable_erase(found);
}

// Sets a member of an object; null removes it, and add appends to an existing list. invalid_value: the list
// becomes too long.
result<void> put(json::object& holder, const attribute& sub, const json::value& value, patch_verb verb,
        work_budget& work) {
    work.charge(steps_of(value));
    const json::array* const before = find_array(holder, sub.name);
    const bool joins = verb == patch_verb::add && before && value.is_array();
    if (value.is_null()) {
        erase(holder, sub.name);
    } else if (joins) {
        json::array all = joined(*before, value.get_array(), sub, work);
        // Checked after each operation, so that many operations cannot grow the list that each of them
        // traverses.
        if (all.size() > values_max)
            return error{errc::invalid_value,
                    sub.name + " has more than " + std::to_string(values_max) + " values."};
        holder[sub.name] = std::move(all);
    } else {
        holder[sub.name] = value;
    }
    return {};
}

// Like put(), for an element of a list, where an immutable sub-attribute keeps its value (mutability).
result<void> assign(json::object& element, const attribute& sub, const json::value& value, patch_verb verb,
        work_budget& work) {
    const json::value* const before = find(element, sub.name);
    if (sub.mutability == mutability::immutable && before && *before != value)
        return error{errc::mutability, sub.name + " cannot change once it has a value."};
    return put(element, sub, value, verb, work);
}

bool meets(const json::value& element, const patch_target& target, work_budget& work) {
    work.charge(element_steps);
    return !target.where || matches_value(*target.where, element, work);
}

// --- filters that match no element: creating it (C2 of docs/compatibility.md)

json::value to_json(const literal& from) {
    return std::visit(
            [](const auto& value) -> json::value {
                if constexpr (std::is_same_v<std::decay_t<decltype(value)>, null_literal>)
                    return nullptr;
                else
                    return json::value(value);
            },
            from);
}

// Returns the terms of a plain conjunction of `sub eq literal`; empty for every other filter.
std::vector<const comparison*> equalities(const filter& condition) {
    std::vector<const comparison*> terms;
    const auto collect = [&terms](const filter& term) {
        const auto* const one = std::get_if<comparison>(&term.node);
        const bool is_equality = one && one->op == operation::eq && one->attribute.sub_attribute;
        if (is_equality)
            terms.push_back(one);
        return is_equality;
    };
    if (const auto* const all = std::get_if<conjunction>(&condition.node)) {
        if (!std::all_of(all->terms.begin(), all->terms.end(), collect))
            return {};
    } else if (!collect(condition)) {
        return {};
    }
    return terms;
}

// True for terms that identify an element rather than search for a value: `type eq "work"` with a canonical
// type, or `primary eq true`.
bool identifies_element(const comparison& term) {
    const attribute& sub = *term.attribute.sub_attribute;
    if (const auto* const text = std::get_if<std::string>(&term.value); text && sub.name == "type")
        return std::any_of(sub.canonical_values.begin(), sub.canonical_values.end(),
                [text](const std::string& known) { return equals_ignoring_case(known, *text); });
    return sub.name == "primary" && term.value == literal(true);
}

// Returns the sub-attributes that an element needs to match the filter; empty if they cannot be derived.
json::object literals_of(const filter& condition) {
    json::object made;
    for (const comparison* const term : equalities(condition))
        made[term->attribute.sub_attribute->name] = to_json(term->value);
    return made;
}

// Decides whether an element is created when no element matches. Entra adds and replaces `emails[type eq
// "work"].value` for users without e-mail addresses. RFC 7644 §3.5.2.3 requires noTarget for replace, so that
// only filters that identify an element create it; in Entra mode all do, because its customers' mappings have
// types of their own.
bool can_create_match(const patch_operation& operation) {
    const auto terms = equalities(*operation.target.where);
    if (terms.empty() || operation.mode == conformance_mode::strict)
        return false;
    if (operation.verb == patch_verb::add || operation.mode == conformance_mode::entra)
        return true;
    return std::all_of(
            terms.begin(), terms.end(), [](const comparison* term) { return identifies_element(*term); });
}

result<json::value> create_element(const patch_operation& operation, work_budget& work) {
    const attribute& list = *operation.target.attribute.attribute;
    if (!operation.target.where)
        return json::value(json::object());
    if (!can_create_match(operation))
        return no_match(operation);

    auto made = read_value(json::value(literals_of(*operation.target.where)), list, work, true);
    if (!made)
        return made.error();
    if (!made->is_object() || !matches_value(*operation.target.where, *made, work))
        return no_match(operation);
    return made;
}

// --- setting values

// Returns the new value of a replaced element (RFC 7644 §3.5.2.3). What the filter requires is kept unless
// the value contradicts it; otherwise the next operation would not find the element.
json::value replaced(const patch_operation& operation) {
    json::object next = operation.target.where ? literals_of(*operation.target.where) : json::object();
    merge(next, operation.value.get_object());
    return json::value(std::move(next));
}

result<void> set_element(json::value& element, const patch_operation& operation, work_budget& work) {
    const path& where = operation.target.attribute;
    if (!where.attribute->is_complex()) {
        element = operation.value;
        return {};
    }
    if (!element.is_object())
        element.emplace_object();
    if (where.sub_attribute)
        return assign(element.get_object(), *where.sub_attribute, operation.value, operation.verb, work);
    if (operation.verb == patch_verb::replace) {
        element = replaced(operation);
        return {};
    }
    for (const auto& change : operation.value.get_object())
        if (auto set = assign(element.get_object(), *where.attribute->find(change.key()), change.value(),
                    operation.verb, work);
                !set)
            return set;
    return {};
}

// A value that becomes primary makes the others non-primary (RFC 7644 §3.5.2).
void keep_one_primary(json::array& elements, const std::vector<bool>& is_touched) {
    bool has_new = false;
    for (std::size_t i = 0; i < elements.size(); ++i)
        has_new = has_new || (is_touched[i] && is_primary(elements[i]));
    if (!has_new)
        return;
    for (std::size_t i = 0; i < elements.size(); ++i)
        if (!is_touched[i] && is_primary(elements[i]))
            elements[i].get_object()["primary"] = false;
}

// Checked after each operation as well, so that many operations cannot grow the list that each of them
// traverses.
result<void> check_length(const json::array& elements, const attribute& list) {
    if (elements.size() <= values_max)
        return {};
    return error{
            errc::invalid_value, list.name + " has more than " + std::to_string(values_max) + " values."};
}

result<void> set_elements(json::object& holder, const patch_operation& operation, work_budget& work) {
    const path& where = operation.target.attribute;
    json::array& elements = array_at(holder, where.attribute->name);
    std::vector<bool> is_touched(elements.size(), false);
    const auto steps = steps_of(operation.value);
    std::uint64_t copied_steps = 0;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (!meets(elements[i], operation.target, work))
            continue;
        work.charge(steps);
        copied_steps += steps;
        if (copied_steps > copied_steps_max)
            return too_much_copied(operation);
        if (auto set = set_element(elements[i], operation, work); !set)
            return set;
        is_touched[i] = true;
    }
    const bool is_any = std::find(is_touched.begin(), is_touched.end(), true) != is_touched.end();
    if (!is_any) {
        if (!where.attribute->is_complex())
            return no_match(operation);
        auto made = create_element(operation, work);
        if (!made)
            return made.error();
        if (auto set = set_element(*made, operation, work); !set)
            return set;
        elements.push_back(std::move(*made));
        is_touched.push_back(true);
        if (auto checked = check_length(elements, *where.attribute); !checked)
            return checked;
    }
    keep_one_primary(elements, is_touched);
    return {};
}

// Adding an existing value changes nothing (RFC 7644 §3.5.2.1).
result<void> append(json::object& holder, const patch_operation& operation, work_budget& work) {
    const attribute& list = *operation.target.attribute.attribute;
    json::array& elements = array_at(holder, list.name);
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < elements.size(); ++i)
        known.try_emplace(identity(elements[i], list, work), i);

    std::vector<bool> made_primary(elements.size(), false);
    work.charge(steps_of(operation.value));
    for (json::value element : operation.value.get_array()) {
        const bool is_new_primary = is_primary(element);
        const auto [found, is_new] = known.try_emplace(identity(element, list, work), elements.size());
        if (is_new) {
            elements.push_back(std::move(element));
            made_primary.push_back(is_new_primary);
        } else {
            merge_duplicate(elements[found->second], std::move(element));
            made_primary[found->second] = is_new_primary || made_primary[found->second];
        }
    }
    if (auto checked = check_length(elements, list); !checked)
        return checked;
    keep_one_primary(elements, made_primary);
    return {};
}

result<void> set_list(json::object& holder, const patch_operation& operation, work_budget& work) {
    const path& where = operation.target.attribute;
    if (operation.target.where || where.sub_attribute)
        return set_elements(holder, operation, work);
    if (operation.verb == patch_verb::add)
        return append(holder, operation, work);
    work.charge(steps_of(operation.value));
    holder[where.attribute->name] = operation.value;
    return {};
}

// Sets a value. Immutable attributes are compared with the original after all operations (check_replacement).
result<void> set(json::object& holder, const patch_operation& operation, work_budget& work) {
    const path& where = operation.target.attribute;
    if (where.attribute->is_multi_valued)
        return set_list(holder, operation, work);
    if (!where.attribute->is_complex()) {
        work.charge(steps_of(operation.value));
        holder[where.attribute->name] = operation.value;
        return {};
    }
    json::object& element = object_at(holder, where.attribute->name);
    if (where.sub_attribute)
        return put(element, *where.sub_attribute, operation.value, operation.verb, work);
    for (const auto& change : operation.value.get_object())
        if (auto set = put(
                    element, *where.attribute->find(change.key()), change.value(), operation.verb, work);
                !set)
            return set;
    return {};
}

// --- removing values

void remove_where(json::array& elements, const auto& is_meant) {
    const auto kept = std::remove_if(elements.begin(), elements.end(), is_meant);
    elements.erase(kept, elements.end());
}

// Removes the elements that a remove operation lists (Entra, JumpCloud): by type and value, or by value alone
// when the client gives no type.
void remove_listed(
        json::array& elements, const attribute& list, const json::array& listed, work_budget& work) {
    std::set<std::string> whole;
    std::set<std::string> by_value;
    for (const json::value& each : listed) {
        const bool names_type = each.is_object() && each.get_object().contains("type");
        if (names_type)
            whole.insert(identity(each, list, work));
        else
            by_value.insert(value_identity(each, list, work));
    }
    remove_where(elements, [&](const json::value& element) {
        return by_value.contains(value_identity(element, list, work)) ||
               whole.contains(identity(element, list, work));
    });
}

void remove_part(json::value& element, const attribute& sub) {
    if (element.is_object())
        erase(element.get_object(), sub.name);
}

result<void> remove_from_list(
        json::object& holder, json::array& elements, const patch_operation& operation, work_budget& work) {
    const path& where = operation.target.attribute;
    const bool removes_listed = operation.verb == patch_verb::remove && operation.value.is_array();
    if (removes_listed)
        remove_listed(elements, *where.attribute, operation.value.get_array(), work);
    else if (!where.sub_attribute)
        remove_where(
                elements, [&](const json::value& element) { return meets(element, operation.target, work); });
    else
        for (json::value& element : elements)
            if (meets(element, operation.target, work))
                remove_part(element, *where.sub_attribute);

    if (!elements.empty())
        return {};
    if (where.attribute->is_required)
        return required(operation);
    erase(holder, where.attribute->name);
    return {};
}

// In strict mode, a filter without a match is `noTarget` for remove as well (RFC 7644 §3.12).
bool lacks_match(const json::value* value, const patch_operation& operation, work_budget& work) {
    if (operation.mode != conformance_mode::strict || !operation.target.where)
        return false;
    const auto* const elements = value ? value->if_array() : nullptr;
    return !elements || std::none_of(elements->begin(), elements->end(), [&](const json::value& element) {
        return meets(element, operation.target, work);
    });
}

// Removes a target; a missing one counts as removed.
result<void> unassign(json::object& holder, const patch_operation& operation, work_budget& work) {
    const path& where = operation.target.attribute;
    json::value* const value = holder.if_contains(where.attribute->name);
    const bool can_leave_some = where.attribute->is_multi_valued && !where.sub_attribute;
    if (where.leaf().is_required && !can_leave_some)
        return required(operation);
    if (lacks_match(value, operation, work))
        return no_match(operation);
    if (!value)
        return {};
    if (auto* const elements = value->if_array())
        return remove_from_list(holder, *elements, operation, work);
    if (where.sub_attribute)
        remove_part(*value, *where.sub_attribute);
    else
        erase(holder, where.attribute->name);
    return {};
}

result<void> remove_extension(json::object& document, const schema& container, const resource_type& type) {
    for (const extension& each : type.extensions)
        if (each.definition == &container && each.is_required)
            return error{errc::mutability, container.urn + " is required."};
    erase(document, container.urn);
    return {};
}

// True if a filter does not match a single complex value: the operation then changes nothing and creates
// nothing.
bool lacks_single(const json::object* holder, const patch_target& target, work_budget& work) {
    const attribute& chosen = *target.attribute.attribute;
    if (!target.where || chosen.is_multi_valued)
        return false;
    const json::value* const value = holder ? find(*holder, chosen.name) : nullptr;
    return !value || !meets(*value, target, work);
}

result<void> apply_one(const patch_operation& operation, json::object& document, const resource_type& type,
        work_budget& work, ignored_names* ignored) {
    work.charge(operation_steps);
    const path& where = operation.target.attribute;
    if (!where.attribute)
        return remove_extension(document, *where.extension, type);

    const json::object* const found =
            where.extension ? find_object(document, where.extension->urn) : &document;
    if (lacks_single(found, operation.target, work)) {
        if (ignored)
            ignored->add(to_text(where), ignored_reason::no_match);
        return {};
    }
    json::object& holder = where.extension ? object_at(document, where.extension->urn) : document;
    if (operation.verb == patch_verb::remove || operation.value.is_null())
        return unassign(holder, operation, work);
    return set(holder, operation, work);
}

// Records a `$ref` that an operation sets or removes although it is derived from the `value` next to it; this
// is known only after all operations.
void record_derived(ignored_names& found, const patch_operation& operation, const json::object& document,
        work_budget& work) {
    path where = operation.target.attribute;
    if (!where.attribute || (where.sub_attribute && where.sub_attribute->name != "$ref"))
        return;
    const bool removes = operation.verb == patch_verb::remove || operation.value.is_null();
    const json::object* const members = operation.value.if_object();
    const json::string* const wanted = members ? find_string(*members, "$ref") : operation.value.if_string();
    if (removes ? !where.sub_attribute : !wanted)
        return;
    if (!where.sub_attribute)
        where.sub_attribute = where.attribute->find("$ref");
    if (!where.sub_attribute)
        return;

    const json::object* const holder =
            where.extension ? find_object(document, where.extension->urn) : &document;
    const json::value* const value = holder ? find(*holder, where.attribute->name) : nullptr;
    const json::array* const elements = value ? value->if_array() : nullptr;
    const auto is_derived = [&](const json::value& element) {
        return meets(element, operation.target, work) &&
               is_derived_instead(element, *where.attribute, removes ? nullptr : wanted);
    };
    if (elements ? std::ranges::any_of(*elements, is_derived) : is_derived(value ? *value : json::value()))
        found.add(to_text(where), ignored_reason::derived);
}

}  // namespace

result<json::object> apply(const patch& change, const json::object& document, const resource_type& type,
        work_budget& work, ignored_names* ignored) {
    work.charge(steps_of(document));
    json::object next = document;
    for (const patch_operation& operation : change.operations)
        if (auto applied = apply_one(operation, next, type, work, ignored); !applied)
            return error{applied.error().code,
                    "Operations[" + std::to_string(operation.index) + "]: " + applied.error().detail};
    if (auto normal = normalize(next, type, work, ignored); !normal)
        return normal.error();
    if (ignored)
        for (const patch_operation& operation : change.operations)
            record_derived(*ignored, operation, next, work);
    if (auto checked = check_visibility(next, document, type, work); !checked)
        return checked.error();
    if (auto kept = check_replacement(document, next, type, work); !kept)
        return kept.error();
    return next;
}

}  // namespace scimd::scim
