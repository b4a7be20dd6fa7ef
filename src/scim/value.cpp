#include "scim/value.hpp"

#include "base/codec.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "scim/schema/urn.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace scimd::scim {

namespace {

constexpr std::uint64_t decoded_byte_steps = 6;  // to check whether text that is not ASCII can be stored
constexpr std::uint64_t element_steps = 150;  // to compare an element with others, in addition to its texts

std::string_view kind_of(attribute_type type) noexcept {
    switch (type) {
        case attribute_type::string:
            return "a string";
        case attribute_type::boolean:
            return "a boolean";
        case attribute_type::decimal:
            return "a number";
        case attribute_type::integer:
            return "an integer";
        case attribute_type::date_time:
            return "a dateTime";
        case attribute_type::binary:
            return "base64";
        case attribute_type::reference:
            return "a reference";
        case attribute_type::complex:
            return "an object";
    }
    return "of its type";
}

error refuse(const value_place& place, std::string_view reason) {
    return {errc::invalid_value, place.text() + " " + std::string(reason)};
}

// Accepts a number for a string, which templates tend to send (a postalCode of 12345); its digits become the
// text.
result<json::value> read_text(const json::value& value, const value_place& place, work_budget& work) {
    if (value.is_int64())
        return json::value(std::to_string(value.get_int64()));
    if (!value.is_string())
        return wrong_type(place);
    const std::string_view text = value.get_string();
    if (text.size() > string_bytes_max)
        return refuse(place, "is longer than " + std::to_string(string_bytes_max) + " bytes.");
    if (!is_ascii(text))
        work.charge(text.size() * decoded_byte_steps);
    if (const auto fault = why_not_storable(text); !fault.empty())
        return refuse(place, fault);
    return value;
}

// Accepts "True" and "False", which Entra sends: the only strings that are converted to another type.
result<json::value> read_boolean(const json::value& value, const value_place& place) {
    if (value.is_bool())
        return value;
    if (!value.is_string())
        return wrong_type(place);
    if (equals_ignoring_case(value.get_string(), "true"))
        return json::value(true);
    if (equals_ignoring_case(value.get_string(), "false"))
        return json::value(false);
    return wrong_type(place);
}

result<json::value> read_integer(const json::value& value, const value_place& place) {
    if (!value.is_int64())
        return wrong_type(place);
    return value;
}

result<json::value> read_decimal(const json::value& value, const value_place& place) {
    if (value.is_double())
        return value;
    if (!value.is_int64())
        return wrong_type(place);
    // Beyond 2^53 a double could be a different number.
    constexpr std::int64_t exact_max = std::int64_t{1} << 53;
    const std::int64_t whole = value.get_int64();
    return whole > exact_max || whole < -exact_max ? value : json::value(static_cast<double>(whole));
}

// Validates a date and keeps it as written, because clients compare what they read with what they sent.
result<json::value> read_date_time(const json::value& value, const value_place& place) {
    if (!value.is_string() || !parse_rfc3339(value.get_string()))
        return wrong_type(place);
    return value;
}

result<json::value> read_binary(const json::value& value, const value_place& place, work_budget& work) {
    if (!value.is_string() || !from_base64(value.get_string()))
        return wrong_type(place);
    return read_text(value, place, work);
}

enum class nulls { dropped, kept };

result<json::value> read_complex(
        const json::value& value, const attribute& self, nulls unassigned, work_budget& work) {
    if (!value.is_object())
        return wrong_type({.self = self});
    json::object made;
    for (const auto& member : value.get_object()) {
        const attribute* const sub = self.find(member.key());
        if (!sub || sub->mutability == mutability::read_only)
            continue;
        auto read = read_value_at(member.value(), {.self = *sub, .parent = &self}, work);
        if (!read)
            return read.error();
        if (!is_kept_in_documents(*sub))
            continue;
        if (!read->is_null() || unassigned == nulls::kept)
            made[sub->name] = std::move(*read);
    }
    return json::value(std::move(made));
}

result<json::value> read_single(const json::value& value, const value_place& place, work_budget& work) {
    switch (place.self.type) {
        case attribute_type::string:
        case attribute_type::reference:
            return read_text(value, place, work);
        case attribute_type::boolean:
            return read_boolean(value, place);
        case attribute_type::decimal:
            return read_decimal(value, place);
        case attribute_type::integer:
            return read_integer(value, place);
        case attribute_type::date_time:
            return read_date_time(value, place);
        case attribute_type::binary:
            return read_binary(value, place, work);
        case attribute_type::complex:
            return read_complex(value, place.self, nulls::dropped, work);
    }
    return wrong_type(place);
}

// Reads a list; null if all elements are blank.
result<json::value> read_list(const json::value& value, const value_place& place, work_budget& work) {
    const auto* const given = value.if_array();
    if (given && given->size() > values_max)
        return refuse(place, "has more than " + std::to_string(values_max) + " values.");
    const std::size_t count = given ? given->size() : 1;

    json::array made;
    made.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto element = read_value_at(given ? (*given)[i] : value, place, work, true);
        if (!element)
            return element.error();
        if (!element->is_null())
            made.push_back(std::move(*element));
    }
    if (count_primaries(made) > 1)
        return refuse(place, "has more than one primary value.");
    if (place.parent)
        deduplicate(made, place.self, work);  // the value takes part in the comparison of elements
    return made.empty() ? json::value(nullptr) : json::value(std::move(made));
}

void append_identity(std::string& out, const json::value& value, const attribute& of, work_budget& work) {
    work.charge(steps_of(value));
    if (value.is_string() && !of.is_case_exact)
        append_quoted(out, fold(value.get_string(), work));
    else
        append_text(out, value);
}

// Appends a field, present or absent, and a separator that does not occur unescaped in JSON text.
void append_field(std::string& out, const json::object& element, const attribute& list, std::string_view name,
        work_budget& work) {
    const attribute* const sub = list.find(name);
    const json::value* const value = find(element, name);
    if (sub && value)
        append_identity(out, *value, *sub, work);
    out += '\n';
}

}  // namespace

std::string value_place::text() const {
    return parent ? parent->name + "." + self.name : self.name;
}

error wrong_type(const value_place& place) {
    return refuse(place, "must be " + std::string(kind_of(place.self.type)) + ".");
}

bool is_blank(const json::value& value) noexcept {
    switch (value.kind()) {
        case json::kind::null:
            return true;
        case json::kind::string:
            return value.get_string().empty();
        case json::kind::array:
            return value.get_array().empty();
        case json::kind::object:
            return value.get_object().empty();
        default:
            return false;
    }
}

bool is_kept_apart(const resource_type& type, const attribute& candidate) noexcept {
    return type.base->urn == urn::group && &candidate == type.base->find("members");
}

bool is_kept_in_documents(const attribute& candidate) noexcept {
    if (candidate.mutability == mutability::read_only || candidate.mutability == mutability::write_only)
        return false;
    return candidate.returned != returned::never;
}

bool is_forgotten(const attribute& candidate) noexcept {
    return candidate.mutability != mutability::read_only && !is_kept_in_documents(candidate);
}

const attribute* find_of_resource(const resource_type& type, std::string_view name) noexcept {
    const attribute* const own = type.base->find(name);
    return own ? own : find_common(name);
}

bool is_stored(const resource_type& type, const attribute& candidate) noexcept {
    if (&candidate == find_common("schemas"))
        return false;
    return is_kept_in_documents(candidate) && !is_kept_apart(type, candidate);
}

result<json::value> read_value_at(
        const json::value& value, const value_place& place, work_budget& work, bool is_element) {
    if (is_blank(value))
        return json::value(nullptr);
    if (place.self.is_multi_valued && !is_element)
        return read_list(value, place, work);
    auto read = read_single(value, place, work);
    if (read && is_blank(*read))
        return json::value(nullptr);
    return read;
}

result<json::value> read_partial(const json::value& value, const attribute& target, work_budget& work) {
    if (is_blank(value) && !value.is_object())
        return json::value(nullptr);
    return read_complex(value, target, nulls::kept, work);
}

void merge(json::object& element, const json::object& changes) {
    for (const auto& change : changes)
        if (!change.value().is_null())
            element[change.key()] = change.value();
        else if (const auto found = element.find(change.key()); found != element.end())
            element.stable_erase(found);
}

std::string identity(const json::value& element, const attribute& list, work_budget& work) {
    work.charge(element_steps);
    std::string key;
    const auto* const object = element.if_object();
    if (!object) {
        append_identity(key, element, list, work);
        return key;
    }
    if (find(*object, "value")) {
        append_field(key, *object, list, "type", work);
        append_field(key, *object, list, "value", work);
        return key;
    }
    key = '=';  // the key of an element with a value never starts like this
    for (const attribute& sub : list.sub_attributes)
        if (!equals_ignoring_case(sub.name, "primary"))
            append_field(key, *object, list, sub.name, work);
    return key;
}

std::string value_identity(const json::value& element, const attribute& list, work_budget& work) {
    const auto* const object = element.if_object();
    if (!object || !find(*object, "value"))
        return identity(element, list, work);
    std::string key;
    append_field(key, *object, list, "value", work);
    return key;
}

bool is_primary(const json::value& element) noexcept {
    const auto* const object = element.if_object();
    const json::value* const primary = object ? find(*object, "primary") : nullptr;
    return primary && primary->is_bool() && primary->get_bool();
}

std::size_t count_primaries(const json::array& elements) noexcept {
    return static_cast<std::size_t>(std::count_if(elements.begin(), elements.end(), is_primary));
}

void merge_duplicate(json::value& kept, json::value&& again) {
    if (!kept.is_object() || !again.is_object())
        return;
    json::object& element = kept.get_object();
    const bool has_value = element.contains("value");
    for (auto& member : again.get_object()) {
        // Elements without a value are equal apart from `primary`; elements with one have equal type and
        // value.
        const std::string_view name = member.key();
        const bool identifies = has_value ? name == "value" || name == "type" : name != "primary";
        if (!identifies)
            element[name] = std::move(member.value());
    }
}

void deduplicate(json::array& elements, const attribute& list, work_budget& work) {
    // An ordered map: no choice of values can make it quadratic, unlike a hash table.
    std::map<std::string, std::size_t> seen;
    json::array unique;
    unique.reserve(elements.size());
    for (json::value& element : elements) {
        const auto [found, is_new] = seen.try_emplace(identity(element, list, work), unique.size());
        if (is_new)
            unique.push_back(std::move(element));
        else
            merge_duplicate(unique[found->second], std::move(element));
    }
    elements = std::move(unique);
}

result<json::value> read_value(
        const json::value& value, const attribute& target, work_budget& work, bool is_element) {
    return read_value_at(value, {.self = target}, work, is_element);
}

}  // namespace scimd::scim
