#include "base/text.hpp"
#include "scim/match.hpp"
#include "scim/patch.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace scimd::scim {

namespace {

error required(const patch_operation& operation)
{
    // RFC 7644 §3.5.2.2 calls the removal of a required attribute `mutability`; a replace has a bad value.
    const errc code = operation.verb == patch_verb::remove ? errc::mutability : errc::invalid_value;
    return {code, to_text(operation.target.attribute) + " is required."};
}

error no_match(const patch_operation& operation)
{
    return {
        errc::no_target, "No value of " + operation.target.attribute.attribute->name + " meets the filter."
    };
}

void erase(json::object& object, std::string_view name)
{
    if (const auto found = object.find(name); found != object.end())
        object.stable_erase(found);
}

json::object& object_at(json::object& holder, std::string_view name)
{
    json::value& value = holder[name];
    return value.is_object() ? value.get_object() : value.emplace_object();
}

json::array& array_at(json::object& holder, std::string_view name)
{
    json::value& value = holder[name];
    return value.is_array() ? value.get_array() : value.emplace_array();
}

bool meets(const json::value& element, const patch_target& target)
{
    return !target.where || matches_value(*target.where, element);
}

// ---- elements that a filter asks for but nobody has (C2 of docs/compatibility.md) ----

json::value to_json(const literal& from)
{
    return std::visit(
        [](const auto& value) -> json::value {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, null_literal>)
                return nullptr;
            else
                return json::value(value);
        },
        from
    );
}

// The terms of a plain conjunction of `sub eq literal`; empty for every other filter.
std::vector<const comparison*> equalities(const filter& condition)
{
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

// `type eq "work"` with a declared type, or `primary eq true`: what names a place rather than finds a value.
bool names_a_place(const comparison& term)
{
    const attribute& sub = *term.attribute.sub_attribute;
    if (const auto* const text = std::get_if<std::string>(&term.value); text && sub.name == "type")
        return std::any_of(
            sub.canonical_values.begin(),
            sub.canonical_values.end(),
            [text](const std::string& known) { return equals_ignoring_case(known, *text); }
        );
    return sub.name == "primary" && term.value == literal(true);
}

// The sub-attributes that an element must have to meet the filter; empty when that cannot be told.
json::object literals_of(const filter& condition)
{
    json::object made;
    for (const comparison* const term : equalities(condition))
        made[term->attribute.sub_attribute->name] = to_json(term->value);
    return made;
}

// Entra adds and replaces `emails[type eq "work"].value` of users that have no emails yet. RFC 7644 §3.5.2.3
// wants noTarget for replace, so there only filters that name a place are met by making the element, unless
// it is Entra that asks: its customers' mappings have types of their own.
bool can_be_made(const patch_operation& operation)
{
    const auto terms = equalities(*operation.target.where);
    if (terms.empty() || operation.how == leniency::strict)
        return false;
    if (operation.verb == patch_verb::add || operation.how == leniency::entra)
        return true;
    return std::all_of(terms.begin(), terms.end(), [](const comparison* term) {
        return names_a_place(*term);
    });
}

result<json::value> make_element(const patch_operation& operation)
{
    const attribute& list = *operation.target.attribute.attribute;
    if (!operation.target.where)
        return json::value(json::object());
    if (!can_be_made(operation))
        return no_match(operation);

    auto made = read_value(json::value(literals_of(*operation.target.where)), list, true);
    if (!made)
        return made.error();
    if (!made->is_object() || !matches_value(*operation.target.where, *made))
        return no_match(operation);
    return made;
}

// ---- setting ----

result<void> assign(json::object& element, const attribute& sub, const json::value& value)
{
    const json::value* const before = find(element, sub.name);
    if (sub.mutability == mutability::immutable && before && *before != value)
        return error{errc::mutability, sub.name + " cannot change once it has a value."};
    if (value.is_null())
        erase(element, sub.name);
    else
        element[sub.name] = value;
    return {};
}

// RFC 7644 §3.5.2.3: the element becomes the value given. What the filter says of it stays unless the value
// says otherwise, or the next operation would not find it again.
json::value replaced(const patch_operation& operation)
{
    json::object next = operation.target.where ? literals_of(*operation.target.where) : json::object();
    merge(next, operation.value.get_object());
    return json::value(std::move(next));
}

result<void> set_element(json::value& element, const patch_operation& operation)
{
    const path& where = operation.target.attribute;
    if (!where.attribute->is_complex()) {
        element = operation.value;
        return {};
    }
    if (!element.is_object())
        element.emplace_object();
    if (where.sub_attribute)
        return assign(element.get_object(), *where.sub_attribute, operation.value);
    if (operation.verb == patch_verb::replace)
        element = replaced(operation);
    else
        merge(element.get_object(), operation.value.get_object());
    return {};
}

// RFC 7644 §3.5.2: a value made primary makes the others not so.
void keep_one_primary(json::array& elements, const std::vector<bool>& is_touched)
{
    bool has_new = false;
    for (std::size_t i = 0; i < elements.size(); ++i)
        has_new = has_new || (is_touched[i] && is_primary(elements[i]));
    if (!has_new)
        return;
    for (std::size_t i = 0; i < elements.size(); ++i)
        if (!is_touched[i] && is_primary(elements[i]))
            elements[i].get_object()["primary"] = false;
}

// Checked with each operation, too, so that many of them cannot grow what each walks through.
result<void> check_length(const json::array& elements, const attribute& list)
{
    if (elements.size() <= values_max)
        return {};
    return error{
        errc::invalid_value, list.name + " has more than " + std::to_string(values_max) + " values."
    };
}

result<void> set_elements(json::object& holder, const patch_operation& operation)
{
    const path& where = operation.target.attribute;
    json::array& elements = array_at(holder, where.attribute->name);
    std::vector<bool> is_touched(elements.size(), false);
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (!meets(elements[i], operation.target))
            continue;
        if (auto set = set_element(elements[i], operation); !set)
            return set;
        is_touched[i] = true;
    }
    const bool is_any = std::find(is_touched.begin(), is_touched.end(), true) != is_touched.end();
    if (!is_any) {
        if (!where.attribute->is_complex())
            return no_match(operation);
        auto made = make_element(operation);
        if (!made)
            return made.error();
        if (auto set = set_element(*made, operation); !set)
            return set;
        elements.push_back(std::move(*made));
        is_touched.push_back(true);
        if (auto checked = check_length(elements, *where.attribute); !checked)
            return checked;
    }
    keep_one_primary(elements, is_touched);
    return {};
}

// RFC 7644 §3.5.2.1: what is there already is not added again.
result<void> append(json::object& holder, const patch_operation& operation)
{
    const attribute& list = *operation.target.attribute.attribute;
    json::array& elements = array_at(holder, list.name);
    std::unordered_map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < elements.size(); ++i)
        known.try_emplace(identity(elements[i], list), i);

    std::vector<bool> made_primary(elements.size(), false);
    for (json::value element : operation.value.get_array()) {
        const bool is_new_primary = is_primary(element);
        const auto [found, is_new] = known.try_emplace(identity(element, list), elements.size());
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

result<void> set_list(json::object& holder, const patch_operation& operation)
{
    const path& where = operation.target.attribute;
    if (operation.target.where || where.sub_attribute)
        return set_elements(holder, operation);
    if (operation.verb == patch_verb::add)
        return append(holder, operation);
    holder[where.attribute->name] = operation.value;
    return {};
}

// Immutable attributes are compared with the original once all operations are applied (check_replacement).
result<void> set(json::object& holder, const patch_operation& operation)
{
    const path& where = operation.target.attribute;
    if (where.attribute->is_multi_valued)
        return set_list(holder, operation);
    if (where.sub_attribute)
        object_at(holder, where.attribute->name)[where.sub_attribute->name] = operation.value;
    else if (where.attribute->is_complex())
        merge(object_at(holder, where.attribute->name), operation.value.get_object());
    else
        holder[where.attribute->name] = operation.value;
    return {};
}

// ---- removing ----

void remove_where(json::array& elements, const auto& is_meant)
{
    const auto kept = std::remove_if(elements.begin(), elements.end(), is_meant);
    elements.erase(kept, elements.end());
}

// The elements that a remove lists (Entra, JumpCloud): by type and value, or by value when the client names
// no type.
void remove_listed(json::array& elements, const attribute& list, const json::array& listed)
{
    std::unordered_set<std::string> whole;
    std::unordered_set<std::string> by_value;
    for (const json::value& each : listed) {
        const bool names_type = each.is_object() && each.get_object().contains("type");
        if (names_type)
            whole.insert(identity(each, list));
        else
            by_value.insert(value_identity(each, list));
    }
    remove_where(elements, [&](const json::value& element) {
        return by_value.contains(value_identity(element, list)) || whole.contains(identity(element, list));
    });
}

void remove_part(json::value& element, const attribute& sub)
{
    if (element.is_object())
        erase(element.get_object(), sub.name);
}

result<void> remove_from_list(json::object& holder, json::array& elements, const patch_operation& operation)
{
    const path& where = operation.target.attribute;
    const bool removes_listed = operation.verb == patch_verb::remove && operation.value.is_array();
    if (removes_listed)
        remove_listed(elements, *where.attribute, operation.value.get_array());
    else if (!where.sub_attribute)
        remove_where(elements, [&](const json::value& element) { return meets(element, operation.target); });
    else
        for (json::value& element : elements)
            if (meets(element, operation.target))
                remove_part(element, *where.sub_attribute);

    if (!elements.empty())
        return {};
    if (where.attribute->is_required)
        return required(operation);
    erase(holder, where.attribute->name);
    return {};
}

// RFC 7644 §3.12: a filter that yields no match is `noTarget`, also for remove.
bool lacks_match(const json::value* value, const patch_operation& operation)
{
    if (operation.how != leniency::strict || !operation.target.where)
        return false;
    const auto* const elements = value ? value->if_array() : nullptr;
    return !elements || std::none_of(elements->begin(), elements->end(), [&](const json::value& element) {
        return meets(element, operation.target);
    });
}

// A target that is not there is removed already.
result<void> unassign(json::object& holder, const patch_operation& operation)
{
    const path& where = operation.target.attribute;
    json::value* const value = holder.if_contains(where.attribute->name);
    const bool can_leave_some = where.attribute->is_multi_valued && !where.sub_attribute;
    if (where.leaf().is_required && !can_leave_some)
        return required(operation);
    if (lacks_match(value, operation))
        return no_match(operation);
    if (!value)
        return {};
    if (auto* const elements = value->if_array())
        return remove_from_list(holder, *elements, operation);
    if (where.sub_attribute)
        remove_part(*value, *where.sub_attribute);
    else
        erase(holder, where.attribute->name);
    return {};
}

result<void> remove_extension(json::object& document, const schema& container, const resource_type& type)
{
    for (const extension& each : type.extensions)
        if (each.definition == &container && each.is_required)
            return error{errc::mutability, container.urn + " is required."};
    erase(document, container.urn);
    return {};
}

result<void> apply_one(const patch_operation& operation, json::object& document, const resource_type& type)
{
    const path& where = operation.target.attribute;
    if (!where.attribute)
        return remove_extension(document, *where.extension, type);

    json::object& holder = where.extension ? object_at(document, where.extension->urn) : document;
    if (operation.verb == patch_verb::remove || operation.value.is_null())
        return unassign(holder, operation);
    return set(holder, operation);
}

}  // namespace

result<json::object> apply(const patch& change, const json::object& document, const resource_type& type)
{
    json::object next = document;
    for (const patch_operation& operation : change.operations)
        if (auto applied = apply_one(operation, next, type); !applied)
            return error{
                applied.error().code,
                "Operations[" + std::to_string(operation.index) + "]: " + applied.error().detail
            };
    if (auto normal = normalize(next, type); !normal)
        return normal.error();
    if (auto kept = check_replacement(document, next, type); !kept)
        return kept.error();
    return next;
}

}  // namespace scimd::scim
