#include "scim/ignored_attributes.hpp"

#include "base/text.hpp"
#include "scim/schema/legacy_names.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <utility>

namespace scimd::scim {

namespace {

constexpr std::uint64_t name_steps = 100;  // to look up a sub-attribute

void record_sub_attributes(ignored_names& found, const schema* extension, const attribute& target,
        const json::object& members, work_budget& work) {
    work.charge(members.size() * name_steps);
    for (const auto& member : members) {
        if (is_blank(member.value()))
            continue;
        const attribute* const sub = find_sub_attribute(target, member.key());
        const auto note = [&](std::string_view name, ignored_reason why) {
            found.add(extension, target.name + "." + std::string(name), why);
        };
        if (!sub)
            note(member.key(), ignored_reason::unknown_attribute);
        else if (sub->mutability == mutability::read_only)
            note(sub->name, ignored_reason::read_only);
        else if (!is_kept_in_documents(*sub))
            note(sub->name, ignored_reason::not_kept);
    }
}

}  // namespace

std::string_view to_text(ignored_reason why) noexcept {
    switch (why) {
        case ignored_reason::unknown_attribute:
            return "unknown_attribute";
        case ignored_reason::unknown_path:
            return "unknown_path";
        case ignored_reason::read_only:
            return "read_only";
        case ignored_reason::not_kept:
            return "not_kept";
        case ignored_reason::no_value:
            return "no_value";
        case ignored_reason::no_match:
            return "no_match";
        case ignored_reason::unknown_member:
            return "unknown_member";
        case ignored_reason::derived:
            return "derived";
    }
    return {};
}

void ignored_names::add(std::string_view name, ignored_reason why) {
    if (rows_.size() >= kept_max)
        return;
    ignored_name row{std::string(beginning_of(name, name_bytes_max)), why};
    if (std::ranges::find(rows_, row) == rows_.end())
        rows_.push_back(std::move(row));
}

void ignored_names::add(const schema* extension, std::string_view name, ignored_reason why) {
    add(extension ? extension->urn + ":" + std::string(name) : std::string(name), why);
}

void ignored_names::add(const ignored_names& others) {
    for (const ignored_name& each : others.rows_)
        add(each.name, each.why);
}

void record_ignored_parts(ignored_names& found, const schema* extension, const attribute& target,
        const json::value& value, work_budget& work) {
    if (!target.is_complex())
        return;
    if (const json::object* const members = value.if_object())
        record_sub_attributes(found, extension, target, *members, work);
    const json::array* const elements = value.if_array();
    const std::size_t count = elements ? std::min(elements->size(), values_max) : 0;
    for (std::size_t i = 0; i < count; ++i)
        if (const json::object* const members = (*elements)[i].if_object())
            record_sub_attributes(found, extension, target, *members, work);
}

}  // namespace scimd::scim
