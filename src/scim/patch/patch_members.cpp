#include "scim/patch/patch_members.hpp"

#include <algorithm>
#include <utility>

namespace scimd::scim {

namespace {

using membership_operations = std::vector<membership_operation>;

error needs_value() {
    return {errc::invalid_value, "The operation needs a value."};
}

// True if `condition` is `value eq "…"`, or several of these joined by `or`; their literals are added to
// `ids`.
bool collect_ids(const filter& condition, std::vector<std::string>& ids) {
    if (const auto* const either = std::get_if<disjunction>(&condition.node))
        return std::all_of(either->terms.begin(), either->terms.end(),
                [&ids](const filter& term) { return collect_ids(term, ids); });
    const auto* const one = std::get_if<comparison>(&condition.node);
    if (!one || one->op != operation::eq || one->attribute.leaf().name != "value")
        return false;
    const auto* const id = std::get_if<std::string>(&one->value);
    if (id)
        ids.push_back(*id);
    return id != nullptr;
}

// Returns the ids of the members that a filter names; empty if the filter says anything else.
std::vector<std::string> named_ids(const filter& condition) {
    std::vector<std::string> ids;
    if (!collect_ids(condition, ids))
        return {};
    return ids;
}

void remove_matching(const filter& condition, membership_operations& out) {
    auto ids = named_ids(condition);
    if (ids.empty())
        out.emplace_back(remove_members_where{condition});
    else
        out.emplace_back(remove_members{std::move(ids)});
}

void expect(const filter& condition, membership_operations& out) {
    out.emplace_back(expect_member{condition, named_ids(condition)});
}

void add(std::vector<member> members, membership_operations& out) {
    if (!members.empty())
        out.emplace_back(add_members{std::move(members)});
}

result<void> read_removal(const json::value* value, membership_operations& out) {
    if (!lists_values(value)) {
        out.emplace_back(replace_members{});
        return {};
    }
    auto listed = read_members(*value);
    if (!listed)
        return listed.error();
    remove_members removal;
    for (member& each : *listed)
        removal.values.push_back(std::move(each.value));
    if (!removal.values.empty())
        out.emplace_back(std::move(removal));
    return {};
}

result<void> read_whole(const membership_demand& wanted, membership_operations& out) {
    if (wanted.verb == patch_verb::remove)
        return read_removal(wanted.value, out);
    if (!wanted.value)
        return needs_value();
    auto members = read_members(*wanted.value);
    if (!members)
        return members.error();
    if (wanted.verb == patch_verb::add)
        add(std::move(*members), out);
    else
        out.emplace_back(replace_members{std::move(*members)});
    return {};
}

// Reads `add members[value eq "x"]`, where the filter names the member to add.
result<void> read_named_addition(const membership_demand& wanted, membership_operations& out) {
    std::vector<member> members;
    for (std::string& id : named_ids(*wanted.target.where))
        members.push_back({.value = std::move(id), .display = {}, .type = {}});
    if (members.empty() || wanted.mode == conformance_mode::strict)
        return error{errc::no_target, "members[...] of an add must name members by value eq."};
    add(std::move(members), out);
    return {};
}

// True if a filter without a match is an error: `noTarget` (RFC 7644 §3.12), for remove in strict directories
// only.
bool must_match(const membership_demand& wanted) {
    return wanted.verb == patch_verb::replace || wanted.mode == conformance_mode::strict;
}

result<void> read_matching(const membership_demand& wanted, membership_operations& out) {
    const filter& condition = *wanted.target.where;
    if (wanted.verb == patch_verb::add)
        return read_named_addition(wanted, out);
    if (wanted.verb == patch_verb::replace && !wanted.value)
        return needs_value();

    std::vector<member> successors;
    if (wanted.verb == patch_verb::replace) {
        auto read = read_members(*wanted.value);
        if (!read)
            return read.error();
        successors = std::move(*read);
    }
    if (must_match(wanted))
        expect(condition, out);
    const bool is_same =
            successors.size() == 1 && named_ids(condition) == std::vector{successors.front().value};
    if (!is_same)
        remove_matching(condition, out);
    else if (!successors.front().display.empty())
        out.emplace_back(update_members_where{condition, successors.front().display});
    add(std::move(successors), out);
    return {};
}

filter any_member(const path& members) {
    path value = members;
    value.sub_attribute = members.attribute->find("value");
    return {present{value}};
}

// Reads a change of a member. Only `display` can change (RFC 7643 §8.7.1); another value would be another
// member.
result<void> read_part(const membership_demand& wanted, membership_operations& out, work_budget& work) {
    const patch_target& target = wanted.target;
    const attribute& part = *target.attribute.sub_attribute;
    if (part.name != "display")
        return error{errc::mutability, "members." + part.name + " cannot change; replace the member."};
    if (wanted.verb != patch_verb::remove && !wanted.value)
        return needs_value();

    json::value display;
    if (wanted.verb != patch_verb::remove) {
        auto read = read_value(*wanted.value, part, work);
        if (!read)
            return read.error();
        display = std::move(*read);
    }
    std::string text;
    if (display.is_string())
        text = display.get_string();
    if (text.size() > user_name_bytes_max)
        return error{errc::invalid_value, "members.display is too long."};
    if (target.where && (wanted.verb == patch_verb::add || must_match(wanted)))
        expect(*target.where, out);
    filter condition = target.where ? *target.where : any_member(target.attribute);
    out.emplace_back(update_members_where{std::move(condition), std::move(text)});
    return {};
}

}  // namespace

bool lists_values(const json::value* value) noexcept {
    if (!value || value->is_null())
        return false;
    return !value->is_string() || !value->get_string().empty();
}

result<void> read_membership(const membership_demand& wanted, membership_operations& out, work_budget& work) {
    if (wanted.value)
        work.charge(steps_of(*wanted.value));
    if (wanted.target.attribute.sub_attribute)
        return read_part(wanted, out, work);
    if (wanted.target.where)
        return read_matching(wanted, out);
    return read_whole(wanted, out);
}

}  // namespace scimd::scim
