// Random filters, documents and PATCH bodies for a resource type, most of them valid.
#pragma once

#include "base/json/json.hpp"
#include "scim/filter/filter.hpp"
#include "scim/filter/path.hpp"
#include "scim/resource.hpp"
#include "scim/schema/schema.hpp"
#include "scim/value.hpp"
#include "unlimited.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::scim::samples {

class random_scim {
public:
    explicit random_scim(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t count) { return random_() % count; }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }

    template <class List>
    const auto& any(const List& of) {
        return of[below(std::size(of))];
    }

    // --- filters

    scim::filter filter(const resource_type& type, std::size_t depth = 3) {
        if (depth == 0 || chance(2))
            return leaf(type);
        if (chance(4))
            return {negation{filter(type, depth - 1)}};
        std::vector<scim::filter> terms;
        for (auto count = 2 + below(2); count > 0; --count)
            terms.push_back(filter(type, depth - 1));
        if (chance(2))
            return {conjunction{std::move(terms)}};
        return {disjunction{std::move(terms)}};
    }

    // --- documents

    // Returns a canonical document; it generates bodies until one is valid.
    json::object document(const resource_type& type) {
        for (;;) {
            json::object body;
            fill(body, type.base->attributes);
            for (const auto& each : type.extensions)
                if (each.is_required || chance(2))
                    fill(body[each.definition->urn].emplace_object(), each.definition->attributes);
            if (auto made = read_body(body, type))
                return std::move(made->document);
        }
    }

    json::value value(const attribute& target, bool is_element = false) {
        if (target.is_multi_valued && !is_element) {
            json::array elements;
            for (auto count = below(4); count > 0; --count)
                elements.push_back(value(target, true));
            return elements;
        }
        if (chance(15))
            return nullptr;
        if (!target.is_complex())
            return simple(target.type);
        json::object made;
        for (const auto& sub : target.sub_attributes)
            if (chance(sub.name == "primary" ? 4 : 2))
                made[sub.name] = value(sub);
        return made;
    }

    // --- PATCH

    struct operation_shape {
        std::vector<std::string_view> verbs;
        bool may_select = true;  // elements of a list: by a filter, or all of them by a sub-attribute
    };

    json::object patch(const resource_type& type, const operation_shape& shape) {
        json::array operations;
        for (auto count = 1 + below(3); count > 0; --count)
            operations.push_back(any_operation(type, shape));
        return {{"Operations", std::move(operations)}};
    }

private:
    struct place {
        const schema* extension = nullptr;
        const attribute* self = nullptr;
    };

    // Returns an attribute that a client may write.
    place any_place(const resource_type& type) {
        for (;;) {
            const schema* extension = nullptr;
            if (!type.extensions.empty() && chance(4))
                extension = any(type.extensions).definition;
            const auto& self = any(extension ? extension->attributes : type.base->attributes);
            if (extension ? is_kept_in_documents(self) : is_stored(type, self))
                return {extension, &self};
        }
    }

    const attribute* any_sub(const attribute& of) {
        for (int tries = 0; tries < 10; ++tries) {
            const auto& sub = any(of.sub_attributes);
            if (sub.returned != returned::never && sub.mutability != mutability::read_only)
                return &sub;
        }
        return nullptr;
    }

    // --- filters

    scim::filter leaf(const resource_type& type) {
        for (;;) {
            const auto [extension, self] = any_place(type);
            path where{extension, self, nullptr};
            if (self->is_complex()) {
                where.sub_attribute = any_sub(*self);
                if (!where.sub_attribute || where.leaf().is_multi_valued)
                    continue;
            }
            if (self->is_complex() && self->is_multi_valued && chance(3))
                return {value_filter{{extension, self, nullptr}, condition(where, 2)}};
            return comparison_of(where);
        }
    }

    // Returns a filter on the sub-attributes of where.attribute.
    scim::filter condition(path where, std::size_t depth) {
        if (depth > 0 && chance(3))
            return {conjunction{{condition(where, depth - 1), condition(where, depth - 1)}}};
        if (depth > 0 && chance(3))
            return {disjunction{{condition(where, depth - 1), condition(where, depth - 1)}}};
        if (depth > 0 && chance(5))
            return {negation{condition(where, depth - 1)}};
        if (const auto* sub = any_sub(*where.attribute); sub && !sub->is_multi_valued)
            where.sub_attribute = sub;
        return comparison_of(where);
    }

    scim::filter comparison_of(const path& where) {
        using enum scim::operation;
        constexpr std::array equality = {eq, ne};
        constexpr std::array order = {eq, ne, gt, ge, lt, le};
        constexpr std::array text = {eq, ne, co, sw, ew, gt, ge, lt, le};
        if (chance(6))
            return {present{where}};
        if (chance(10))
            return {comparison{where, any(equality), null_literal()}};
        switch (where.leaf().type) {
            case attribute_type::boolean:
                return {comparison{where, any(equality), chance(2)}};
            case attribute_type::binary:
                return {comparison{where, any(equality), std::string("aGk=")}};
            case attribute_type::integer:
                return {comparison{where, any(order), whole()}};
            case attribute_type::decimal:
                return {comparison{where, any(order), real()}};
            case attribute_type::date_time:
                return {comparison{where, any(order), instant()}};
            default:
                return {comparison{where, any(text), word()}};
        }
    }

    // --- values

    std::string word() {
        static const std::vector<std::string> words = {"a", "A", "b", "work", "home", "Straße", "日本", "😀",
                "with space", "quo\"te", "back\\slash", "tab\t", "line\nbreak", "/", "é", "\x7f", "and", "or",
                "not (a)", "true", "null", "7", "x eq \"y\"", "]", ")"};
        return any(words);
    }

    std::int64_t whole() {
        constexpr std::array<std::int64_t, 8> wholes = {
                0, 1, -1, 42, 9'007'199'254'740'993, INT64_MAX, INT64_MIN, 7};
        return any(wholes);
    }

    double real() {
        constexpr std::array reals = {0.0, 1.0, -2.5, 0.1, 1e300, 1e-300, 123456.789, 9007199254740992.0};
        return any(reals);
    }

    std::string instant() {
        static const std::vector<std::string> instants = {"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z",
                "2026-01-01T01:00:00+01:00", "1999-12-31T23:59:59Z"};
        return any(instants);
    }

    json::value simple(attribute_type type) {
        switch (type) {
            case attribute_type::boolean:
                return chance(2);
            case attribute_type::integer:
                return whole();
            case attribute_type::decimal:
                return real();
            case attribute_type::date_time:
                return json::value(instant());
            case attribute_type::binary:
                return "aGk=";
            default:
                return json::value(word());
        }
    }

    void fill(json::object& body, const std::vector<attribute>& attributes) {
        for (const auto& each : attributes)
            if (each.is_required || chance(2))
                body[each.name] = value(each);
    }

    // --- PATCH

    json::object any_operation(const resource_type& type, const operation_shape& shape) {
        json::object made{{"op", std::string(any(shape.verbs))}};
        if (made.at("op") != "remove" && chance(6)) {
            auto& body = made["value"].emplace_object();
            for (auto count = below(3); count > 0; --count) {
                const auto where = any_place(type);
                body[to_text(path{where.extension, where.self, nullptr})] = value(*where.self);
            }
            return made;
        }
        const auto [extension, self] = any_place(type);
        const bool may_name_sub = self->is_complex() && (shape.may_select || !self->is_multi_valued);
        const attribute* sub = may_name_sub && chance(2) ? any_sub(*self) : nullptr;
        std::string where = to_text(path{extension, self, nullptr});
        const bool is_filtered = shape.may_select && self->is_complex() && self->is_multi_valued && chance(2);
        if (is_filtered)
            where = to_text(scim::filter{value_filter{
                    {extension, self, nullptr}, condition({extension, self, any_sub(*self)}, 1)}});
        if (sub)
            where += "." + sub->name;
        made["path"] = where;
        if (made.at("op") != "remove" || chance(4))
            made["value"] = chance(20) ? json::value(word()) : sub ? value(*sub) : value(*self, is_filtered);
        return made;
    }

    std::mt19937 random_;
};

}  // namespace scimd::scim::samples
