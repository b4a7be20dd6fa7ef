#include "scim/patch/patch_put.hpp"

#include "scim/value.hpp"

#include <set>
#include <string>
#include <utility>

namespace scimd::scim {

namespace {

// Appends values to a list. Adding an existing value changes nothing (RFC 7644 §3.5.2.1).
json::array joined(
    const json::array& before, const json::array& added, const attribute& list, work_budget& work
)
{
    json::array all = before;
    std::set<std::string> known;
    for (const json::value& each : all)
        known.insert(identity(each, list, work));
    for (const json::value& each : added)
        if (known.insert(identity(each, list, work)).second)
            all.push_back(each);
    return all;
}

}  // namespace

void erase(json::object& object, std::string_view name)
{
    if (const auto found = object.find(name); found != object.end())
        object.stable_erase(found);
}

result<void> put(
    json::object& holder, const attribute& sub, const json::value& value, patch_verb verb, work_budget& work
)
{
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
            return error{
                errc::invalid_value, sub.name + " has more than " + std::to_string(values_max) + " values."
            };
        holder[sub.name] = std::move(all);
    } else {
        holder[sub.name] = value;
    }
    return {};
}

result<void> assign(
    json::object& element, const attribute& sub, const json::value& value, patch_verb verb, work_budget& work
)
{
    const json::value* const before = find(element, sub.name);
    if (sub.mutability == mutability::immutable && before && *before != value)
        return error{errc::mutability, sub.name + " cannot change once it has a value."};
    return put(element, sub, value, verb, work);
}

}  // namespace scimd::scim
