#include "base/text.hpp"
#include "scim/patch/patch.hpp"
#include "scim/patch/patch_members.hpp"
#include "scim/patch/patch_path.hpp"
#include "scim/schema/legacy_names.hpp"
#include "scim/schema/urn.hpp"
#include "scim/value.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace scimd::scim {

namespace {

// True for attributes that a PATCH cannot change: `schemas` is computed, a password is not stored, and the
// server sets read-only attributes.
bool is_without_effect(const path& where) noexcept {
    return where.attribute == find_common("schemas") || !is_kept_in_documents(*where.attribute) ||
           !is_kept_in_documents(where.leaf());
}

result<json::value> read_for(const patch_target& target, const json::value& value, work_budget& work) {
    work.charge(steps_of(value));
    const path& where = target.attribute;
    if (where.sub_attribute)
        return read_value_at(value, {.self = *where.sub_attribute, .parent = where.attribute}, work);
    const bool is_element = target.where.has_value();
    if (where.attribute->is_multi_valued && !is_element)
        return read_value(value, *where.attribute, work);
    if (where.attribute->is_complex())
        return read_partial(value, *where.attribute, work);
    return read_value(value, *where.attribute, work, is_element);
}

std::size_t count_values(const json::value* value) noexcept {
    const auto* const list = value ? value->if_array() : nullptr;
    return list ? list->size() : 1;
}

result<patch_verb> parse_verb(const json::object& operation) {
    const json::value* const op = find_ignoring_case(operation, "op");
    if (!op || !op->is_string())
        return error{errc::invalid_syntax, "op is missing."};
    const std::string_view name = op->get_string();
    if (name == "add")
        return patch_verb::add;
    if (name == "remove")
        return patch_verb::remove;
    if (name == "replace")
        return patch_verb::replace;
    return error{errc::invalid_syntax, "op must be add, remove or replace."};
}

// One operation on one target; `value` is nullptr if there is none.
struct demand {
    patch_verb verb = patch_verb::add;
    const json::value* value = nullptr;
    std::size_t index = 0;
};

error cannot_be_unassigned(const patch_target& target) {
    return {errc::invalid_value, to_text(target.attribute) + " is true or false; it cannot be unassigned."};
}

// Validates a write-only attribute, which is not stored.
result<void> check_forgotten(
        const demand& wanted, const patch_target& target, const resource_type& type, work_budget& work) {
    const attribute& secret = target.attribute.leaf();
    const schema& definition = target.attribute.extension ? *target.attribute.extension : *type.base;
    if (!is_forgotten(secret) || definition.is_built_in)
        return {};
    const bool is_removal = wanted.verb == patch_verb::remove;
    const bool unassigns = is_removal || (wanted.value && is_blank(*wanted.value));
    if (secret.is_required && unassigns)
        return error{
                is_removal ? errc::mutability : errc::invalid_value,
                to_text(target.attribute) + " is required.",
        };
    if (is_removal || !wanted.value)
        return {};
    const auto value = read_for(target, *wanted.value, work);
    return value ? result<void>() : value.error();
}

class patch_reader {
public:
    patch_reader(const resource_type& type, conformance_mode mode, work_budget& work)
            : type_(type), how_(mode), work_(work) {}

    result<void> read(const json::value& operation, std::size_t index);
    patch take() { return std::move(made_); }

    // Returns the error of a request whose operations would all be ignored, because it would otherwise
    // succeed without any effect.
    [[nodiscard]] std::optional<error> why_without_effect(std::size_t operations) const {
        return ignored_operations_ == operations ? first_ignored_ : std::nullopt;
    }

private:
    result<void> read_resource(const demand& wanted);
    result<void> read_container(const demand& wanted, const schema& container);
    result<void> read_member(const demand& wanted, std::string_view name, const schema* container);
    result<void> read_path(const demand& wanted, std::string_view text);
    result<void> read_target(const demand& wanted, patch_target target);
    void push(const demand& wanted, patch_target target, json::value value);
    void record_without_effect(const demand& wanted, const patch_target& target);
    void record_parts(const path& where, const json::value& value);

    const resource_type& type_;
    conformance_mode how_;
    work_budget& work_;
    patch made_;
    std::size_t ignored_operations_ = 0;  // operations on unknown attributes, which are ignored
    std::optional<error> first_ignored_;
    std::size_t targets_ = 0;
    std::size_t values_ = 0;
};

result<void> patch_reader::read(const json::value& operation, std::size_t index) {
    if (!operation.is_object())
        return error{errc::invalid_syntax, "An operation must be an object."};
    const auto verb = parse_verb(operation.get_object());
    if (!verb)
        return verb.error();
    const demand wanted{*verb, find_ignoring_case(operation.get_object(), "value"), index};

    const json::value* const where = find_ignoring_case(operation.get_object(), "path");
    if (!where || where->is_null())
        return read_resource(wanted);
    if (!where->is_string())
        return error{errc::invalid_path, "path must be a string."};
    return read_path(wanted, trim(where->get_string()));
}

// Splits a value without path into one target per member (RFC 7644 §3.5.2.1, §3.5.2.3).
result<void> patch_reader::read_resource(const demand& wanted) {
    if (wanted.verb == patch_verb::remove)
        return error{errc::no_target, "remove needs a path."};
    if (!wanted.value || !wanted.value->is_object())
        return error{errc::invalid_value, "Without a path the value must be an object of attributes."};
    for (const auto& member : wanted.value->get_object())
        if (auto read = read_member({wanted.verb, &member.value(), wanted.index}, member.key(), nullptr);
                !read)
            return read;
    return {};
}

// Handles a path that is only a URN, which means all attributes of the schema.
result<void> patch_reader::read_container(const demand& wanted, const schema& container) {
    const bool unassigns = wanted.value && is_blank(*wanted.value) && !wanted.value->is_object();
    if (wanted.verb == patch_verb::remove || (wanted.verb == patch_verb::replace && unassigns)) {
        if (&container == type_.base)
            return error{errc::mutability, container.urn + " cannot be removed."};
        push({patch_verb::remove, nullptr, wanted.index},
                {.attribute = {.extension = &container}, .where = {}}, nullptr);
        return {};
    }
    if (unassigns)
        return {};
    if (!wanted.value || !wanted.value->is_object())
        return error{
                errc::invalid_value, "The value of " + container.urn + " must be an object of attributes."};
    for (const auto& member : wanted.value->get_object())
        if (auto read = read_member({wanted.verb, &member.value(), wanted.index}, member.key(), &container);
                !read)
            return read;
    return {};
}

// Handles one member of a value that names attributes. Names may be paths (dotted, with URN, with brackets).
// Unknown and read-only ones are ignored, because clients send whatever they have (RFC 7644 §3.5.2.3 requires
// no error).
result<void> patch_reader::read_member(const demand& wanted, std::string_view name, const schema* container) {
    if (!container)
        if (const schema* const definition = type_.find_schema(name))
            return read_container(wanted, *definition);

    const std::string text = container ? container->urn + ":" + std::string(name) : std::string(name);
    auto target = parse_target(text, type_, how_, work_);
    if (target)
        return read_target(wanted, std::move(*target));
    const bool is_value_path = name.find('[') != std::string_view::npos;
    if (is_value_path && (how_ == conformance_mode::strict || !names_unknown_attribute(text, type_, work_)))
        return target.error();
    const bool repeats_schemas = container && equals_ignoring_case(name, "schemas");
    if (!is_blank(*wanted.value) && !repeats_schemas)
        made_.ignored.add(text, ignored_reason::unknown_attribute);
    return {};
}

result<void> patch_reader::read_path(const demand& wanted, std::string_view text) {
    if (const schema* const container = type_.find_schema(text))
        return read_container(wanted, *container);
    auto target = parse_target(text, type_, how_, work_);
    if (!target) {
        if (how_ == conformance_mode::strict || !names_unknown_attribute(text, type_, work_))
            return target.error();
        made_.ignored.add(text, ignored_reason::unknown_path);
        ++ignored_operations_;
        if (!first_ignored_)
            first_ignored_ = target.error();
        return {};
    }
    if (is_read_only(target->attribute))
        return error{errc::mutability, to_text(target->attribute) + " is read-only."};
    return read_target(wanted, std::move(*target));
}

result<void> patch_reader::read_target(const demand& wanted, patch_target target) {
    values_ += count_values(wanted.value);
    if (++targets_ > patch_targets_max || values_ > patch_values_max)
        return error{errc::too_large, "The request holds too many values."};
    if (is_without_effect(target.attribute)) {
        record_without_effect(wanted, target);
        return check_forgotten(wanted, target, type_, work_);
    }
    if (is_kept_apart(type_, *target.attribute.attribute))
        return read_membership({wanted.verb, target, wanted.value, how_}, made_.members, work_);

    const bool is_removal = wanted.verb == patch_verb::remove;
    const bool is_whole_list =
            target.attribute.leaf().is_multi_valued && !target.attribute.sub_attribute && !target.where;
    const bool removes_listed = is_whole_list && lists_values(wanted.value);
    const bool is_lifecycle = is_lifecycle_state(type_, target.attribute.leaf());
    if (is_removal && is_lifecycle)
        return cannot_be_unassigned(target);
    if (is_removal && !removes_listed) {
        push(wanted, std::move(target), nullptr);
        return {};
    }
    if (!wanted.value)
        return error{errc::invalid_value, "The operation needs a value."};
    auto value = read_for(target, *wanted.value, work_);
    if (!value)
        return value.error();
    if (value->is_null() && is_lifecycle && wanted.verb == patch_verb::replace)
        return cannot_be_unassigned(target);
    record_parts(target.attribute, *wanted.value);
    // Adding nothing and removing no values change nothing; only replace unassigns.
    if (value->is_null() && wanted.verb != patch_verb::replace) {
        if (wanted.verb == patch_verb::add)
            made_.ignored.add(to_text(target.attribute), ignored_reason::no_value);
        return {};
    }
    push(wanted, std::move(target), std::move(*value));
    return {};
}

// Records an attribute without effect. Common attributes are skipped: every response contains them, whatever
// the client sends.
void patch_reader::record_without_effect(const demand& wanted, const patch_target& target) {
    if (find_common(target.attribute.attribute->name) == target.attribute.attribute)
        return;
    if (wanted.value && !is_blank(*wanted.value))
        made_.ignored.add(to_text(target.attribute),
                is_read_only(target.attribute) ? ignored_reason::read_only : ignored_reason::not_kept);
}

void patch_reader::record_parts(const path& where, const json::value& value) {
    if (!where.sub_attribute)
        record_ignored_parts(made_.ignored, where.extension, *where.attribute, value, work_);
}

void patch_reader::push(const demand& wanted, patch_target target, json::value value) {
    made_.operations.push_back({.verb = wanted.verb,
            .target = std::move(target),
            .value = std::move(value),
            .index = wanted.index,
            .mode = how_});
}

// Accepts a body without `schemas`, but not one with another message's URN (RFC 7644 §3.5.2 requires the
// URN).
result<void> check_patch_schemas(const json::object& body, conformance_mode mode) {
    const json::value* const given = find_ignoring_case(body, "schemas");
    if (!given || given->is_null())
        return {};
    const auto* const urns = given->if_array();
    const bool is_patch = urns && std::any_of(urns->begin(), urns->end(), [mode](const json::value& each) {
        return is_message(each, urn::patch_op, mode);
    });
    if (!is_patch)
        return error{errc::invalid_syntax, "schemas must hold " + std::string(urn::patch_op) + "."};
    return {};
}

}  // namespace

result<patch> parse_patch(
        const json::object& body, const resource_type& type, conformance_mode mode, work_budget& work) {
    if (auto checked = check_patch_schemas(body, mode); !checked)
        return checked.error();
    const json::value* const given = find_ignoring_case(body, "Operations");
    const auto* const operations = given ? given->if_array() : nullptr;
    if (!operations || (operations->empty() && mode == conformance_mode::strict))
        return error{errc::invalid_syntax, "Operations must be an array of at least one operation."};
    if (operations->size() > patch_operations_max)
        return error{errc::too_large,
                "Operations has more than " + std::to_string(patch_operations_max) + " elements."};

    patch_reader reader(type, mode, work);
    for (std::size_t i = 0; i < operations->size(); ++i)
        if (auto read = reader.read((*operations)[i], i); !read)
            return error{read.error().code, "Operations[" + std::to_string(i) + "]: " + read.error().detail};
    if (const auto reason = reader.why_without_effect(operations->size()))
        return error{reason->code, "Operations[0]: " + reason->detail};
    return reader.take();
}

}  // namespace scimd::scim
