// PATCH tests as data: a source, operations, and the target or the error.
#pragma once

#include "sample_types.hpp"
#include "scim/patch/patch.hpp"
#include "scim/patch/quirks.hpp"
#include "scim/resource.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace scimd::scim::samples {

struct patch_row {
    const char* claim;
    const char* source;
    const char* operations;  // the Operations array
    const char* target;      // nullptr: refused with `code`
    errc code = errc::internal;
};

enum class dialect { standard, quirky };  // quirky: rewritten as the service does before parsing

inline json::object patch_body(std::string_view operations) {
    return document(R"({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": )" +
                    std::string(operations) + "}");
}

// Rows say what is tested; attributes that every user, group or device requires are added here.
inline json::object resource_of(std::string_view text, const resource_type& type) {
    json::object made = document(text);
    const auto add = [&made](std::string_view name, std::string_view value) {
        if (!made.contains(name))
            made[name] = value;
    };
    if (type.name == "User")
        add("userName", "u");
    if (type.name == "Group")
        add("displayName", "g");
    if (type.name == "Device") {
        add("serial", "s");
        if (!made.contains(warranty_urn))
            made[warranty_urn] = document(R"({"vendor": "v"})");
    }
    return made;
}

inline result<json::object> patched(const patch_row& row, const resource_type& type, dialect spoken) {
    json::object source = resource_of(row.source, type);
    if (auto normal = normalize(source, type); !normal)
        ADD_FAILURE() << "the source is not valid: " << normal.error().detail;
    json::object body = patch_body(row.operations);
    if (spoken == dialect::quirky)
        body = quirks::rewrite_patch(std::move(body), type);
    const auto change = parse_patch(body, type);
    if (!change)
        return change.error();
    return apply(*change, source, type);
}

inline void expect_row(const patch_row& row, const resource_type& type, dialect spoken) {
    SCOPED_TRACE(row.claim);
    auto next = patched(row, type, spoken);
    if (!row.target) {
        ASSERT_FALSE(next) << scimd::to_text(*next);
        EXPECT_EQ(next.error().code, row.code) << next.error().detail;
        return;
    }
    ASSERT_TRUE(next) << next.error().detail;
    json::object again = *next;
    ASSERT_TRUE(normalize(again, type));
    EXPECT_EQ(again, *next) << "not canonical: " << scimd::to_text(*next);
    next->stable_erase(next->find("schemas"));
    EXPECT_EQ(*next, resource_of(row.target, type)) << scimd::to_text(*next);
}

inline void expect_rows(
        const std::vector<patch_row>& rows, const resource_type& type, dialect spoken = dialect::standard) {
    for (const patch_row& row : rows)
        expect_row(row, type, spoken);
}

// Describes the membership operations of a PATCH: "add 1 2; where; all 3; display x".
inline std::string describe(const std::vector<membership_operation>& operations) {
    struct describer {
        std::string text;
        void list(const std::vector<member>& members) {
            for (const member& each : members)
                text += " " + each.value + (each.display.empty() ? "" : "(" + each.display + ")");
        }
        void operator()(const add_members& one) { text += "add", list(one.members); }
        void operator()(const replace_members& one) { text += "all", list(one.members); }
        void operator()(const remove_members& one) {
            text += "remove";
            for (const std::string& value : one.values)
                text += " " + value;
        }
        void operator()(const remove_members_where& one) { text += "remove where " + to_text(one.condition); }
        void operator()(const update_members_where& one) {
            text += "display '" + one.display + "' where " + to_text(one.condition);
        }
        void operator()(const expect_member& one) {
            text += "expect";
            for (const std::string& value : one.values)
                text += " " + value;
            text += one.values.empty() ? " where " + to_text(one.condition) : "";
        }
    };
    describer out;
    for (const membership_operation& each : operations) {
        if (!out.text.empty())
            out.text += "; ";
        std::visit(out, each);
    }
    return out.text;
}

struct member_row {
    const char* claim;
    const char* operations;
    const char* asked;  // as described; nullptr: refused with `code`
    errc code = errc::internal;
};

inline void expect_member_rows(const std::vector<member_row>& rows, dialect spoken = dialect::standard) {
    for (const member_row& row : rows) {
        SCOPED_TRACE(row.claim);
        json::object body = patch_body(row.operations);
        if (spoken == dialect::quirky)
            body = quirks::rewrite_patch(std::move(body), group());
        const auto change = parse_patch(body, group());
        if (!row.asked) {
            ASSERT_FALSE(change) << describe(change->members);
            EXPECT_EQ(change.error().code, row.code) << change.error().detail;
            continue;
        }
        ASSERT_TRUE(change) << change.error().detail;
        EXPECT_EQ(describe(change->members), row.asked);
    }
}

}  // namespace scimd::scim::samples
