// Properties of any PATCH on any document.
#include "random_scim.hpp"
#include "sample_types.hpp"
#include "scim/patch/patch.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::scim {
namespace {

constexpr int rounds = 6'000;

// ---- validity by the schema alone (RFC 7643 §2, §7) ----

bool has_type(const json::value& value, attribute_type type) {
    switch (type) {
        case attribute_type::boolean:
            return value.is_bool();
        case attribute_type::integer:
            return value.is_int64();
        case attribute_type::decimal:
            return value.is_double();
        case attribute_type::complex:
            return value.is_object();
        default:
            return value.is_string() && !value.get_string().empty();
    }
}

std::string fault_in(const json::object& members, const std::vector<attribute>& attributes);

std::string fault_in(const json::value& value, const attribute& target) {
    if (!has_type(value, target.type))
        return target.name + " is of another type: " + scimd::to_text(value);
    if (!target.is_complex())
        return {};
    if (value.get_object().empty())
        return target.name + " is empty";
    return fault_in(value.get_object(), target.sub_attributes);
}

std::string fault_in_list(const json::value& value, const attribute& target) {
    const auto* const elements = value.if_array();
    if (!elements || elements->empty())
        return target.name + " is no list of values";
    const auto is_first = [](const json::value& one) {
        return one.is_object() && one.get_object().contains("primary") && one.at("primary") == true;
    };
    if (std::ranges::count_if(*elements, is_first) > 1)
        return target.name + " has two primaries";
    for (const auto& one : *elements)
        if (auto fault = fault_in(one, target); !fault.empty())
            return fault;
    return {};
}

std::string fault_in(const json::object& members, const std::vector<attribute>& attributes) {
    for (const auto& member : members) {
        const auto found = std::ranges::find(attributes, std::string_view(member.key()), &attribute::name);
        if (found == attributes.end())
            return "unknown: " + std::string(member.key());
        if (found->mutability == mutability::read_only || found->mutability == mutability::write_only)
            return found->name + " is not to be kept";
        auto fault = found->is_multi_valued ? fault_in_list(member.value(), *found)
                                            : fault_in(member.value(), *found);
        if (!fault.empty())
            return fault;
    }
    for (const auto& each : attributes)
        if (each.is_required && !members.contains(each.name))
            return each.name + " is missing";
    return {};
}

// Returns what is wrong with a document; empty if it is valid for its type.
std::string fault_of(json::object document, const resource_type& type) {
    json::array schemas{type.base->urn};
    for (const auto& each : type.extensions) {
        const auto found = document.find(each.definition->urn);
        if (found == document.end()) {
            if (each.is_required)
                return each.definition->urn + " is missing";
            continue;
        }
        schemas.emplace_back(each.definition->urn);
        if (!found->value().is_object() || found->value().get_object().empty())
            return each.definition->urn + " is empty";
        if (auto fault = fault_in(found->value().get_object(), each.definition->attributes); !fault.empty())
            return fault;
        document.erase(found);
    }
    if (document.at("schemas") != schemas)
        return "schemas is " + scimd::to_text(document.at("schemas"));
    document.erase("schemas");
    if (document.contains("externalId"))
        document.erase("externalId");
    return fault_in(document, type.base->attributes);
}

class patch_property : public testing::Test {
protected:
    struct trial {
        const resource_type& type;
        json::object document;
        json::object body;
        std::string text;
    };

    // Calls `check` with patches that parse and apply and with their results; returns the number of calls.
    template <class Check>
    int each_success(const samples::random_scim::operation_shape& shape, Check check) {
        int successes = 0;
        for (int i = 0; i < rounds && !HasFatalFailure(); ++i) {
            const auto& type = i % 2 == 0 ? samples::user() : samples::device();
            const trial one{type, random.document(type), random.patch(type, shape), {}};
            const auto change = parse_patch(one.body, type);
            if (!change)
                continue;
            const auto made = apply(*change, one.document, type);
            if (!made)
                continue;
            ++successes;
            SCOPED_TRACE(scimd::to_text(one.document) + "\n" + scimd::to_text(one.body) + "\n" +
                         scimd::to_text(*made));
            check(one, *change, *made);
        }
        return successes;
    }

    samples::random_scim random{test::seed()};
};

TEST_F(patch_property, results_are_valid_documents) {
    const auto successes = each_success(
            {.verbs = {"add", "replace", "remove"}}, [](const auto& one, const auto&, const auto& made) {
                ASSERT_EQ(fault_of(one.document, one.type), "");
                ASSERT_EQ(fault_of(made, one.type), "");
            });
    EXPECT_GT(successes, rounds / 3);
}

// RFC 7644 §3.5.2.1, §3.5.2.3. Excludes filters: they may select other elements after a change.
TEST_F(patch_property, adding_or_replacing_twice_is_idempotent) {
    for (const auto* const verb : {"add", "replace"}) {
        const auto successes = each_success({.verbs = {verb}, .may_select = false},
                [](const auto& one, const auto& change, const auto& made) {
                    const auto again = apply(change, made, one.type);
                    ASSERT_TRUE(again) << again.error().detail;
                    ASSERT_EQ(*again, made) << scimd::to_text(*again);
                });
        EXPECT_GT(successes, rounds / 3);
    }
}

TEST_F(patch_property, replacing_by_the_current_value_changes_nothing) {
    for (int i = 0; i < rounds; ++i) {
        const auto& type = i % 2 == 0 ? samples::user() : samples::device();
        const auto document = random.document(type);
        json::array operations;
        for (const auto& member : document)
            operations.push_back(
                    json::object{{"op", "replace"}, {"path", member.key()}, {"value", member.value()}});
        const auto change = parse_patch({{"Operations", operations}}, type);
        ASSERT_TRUE(change) << scimd::to_text(document) << change.error().detail;
        ASSERT_EQ(apply(*change, document, type).value(), document);
        const auto whole =
                parse_patch({{"Operations", {json::object{{"op", "replace"}, {"value", document}}}}}, type);
        ASSERT_TRUE(whole) << scimd::to_text(document) << whole.error().detail;
        ASSERT_EQ(apply(*whole, document, type).value(), document);
    }
}

}  // namespace
}  // namespace scimd::scim
