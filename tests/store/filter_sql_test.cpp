#include "filter_sql_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::store {
namespace {

struct text_case {
    std::string_view filter;
    std::string_view sql;
    bool is_exact = true;
};

constexpr std::string_view by_email =
        "r.id in (select v.resource_id from resource_values v where v.directory_id = $1 and v.type = $2"
        " and v.attribute = 'emails.value'";

void expect_texts(const scim::resource_type& type, std::span<const text_case> cases) {
    for (const auto& [filter, sql, is_exact] : cases) {
        const compiled_filter made = compiled(filter, type);
        EXPECT_EQ(made.where.text, sql) << filter;
        EXPECT_EQ(made.is_exact, is_exact) << filter;
    }
}

TEST(filter_sql_test, columns_of_users) {
    const text_case cases[] = {
            {R"(userName eq "x")", "r.unique_key = $3"},
            {R"(userName ne "x")", "r.unique_key is distinct from $3"},
            {R"(userName gt "x")", "r.unique_key > $3"},
            {R"(userName ge "x")", "r.unique_key >= $3"},
            {R"(userName lt "x")", "r.unique_key < $3"},
            {R"(userName le "x")", "r.unique_key <= $3"},
            {R"(userName sw "x")", "r.unique_key >= $3 and r.unique_key < $4"},
            {R"(userName co "x")", "", false},
            {R"(userName ew "x")", "", false},
            {"userName pr", "r.unique_key is not null"},
            {"displayName eq null", "(r.display_key is not null) is not true"},
            {"displayName ne null", "r.display_key is not null"},
            {R"(displayName eq "x")", "r.display_key = $3"},
            {R"(externalId eq "x")", "r.external_id = $3"},
            {"active eq true", "r.active = $3"},
            {"active ne false", "r.active is distinct from $3"},
            {R"(id eq "diruser_7")", "r.id = $3"},
            {R"(id ne "diruser_7")", "r.id is distinct from $3"},
            {R"(id eq "dirgroup_7")", "1 = 0"},
            {R"(id eq "7")", "1 = 0"},
            {R"(id ne "x")", ""},
            {R"(id gt "diruser_7")", "", false},
            {R"(meta.created gt "2026-01-01T00:00:00Z")", "r.created_at > $3"},
            {R"(meta.lastModified le "2026-01-01T00:00:00+01:00")", "r.modified_at <= $3"},
            {R"(meta.lastModified ge "2026-01-01T00:00:00Z")",
                    "r.id in (select s.id from resources s where s.directory_id = $1 and s.type = $2"
                    " and s.modified_at >= $3)"},
            {R"(meta.resourceType eq "User")", ""},
            {R"(nickName eq "x")", "", false},
            {R"(name.familyName eq "x")", "", false},
            {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter eq "x")", "", false},
    };
    expect_texts(user_type(), cases);
}

TEST(filter_sql_test, columns_of_groups) {
    const text_case cases[] = {
            {R"(displayName eq "x")", "r.display_key = $3"},
            {R"(id eq "dirgroup_7")", "r.id = $3"},
            {R"(id eq "diruser_7")", "1 = 0"},
            {R"(members.value eq "diruser_7")",
                    "r.id in (select m.group_id from members m where m.directory_id = $1 and m.member_id = $3"
                    " and m.member_type = 'User')"},
            {R"(members eq "dirgroup_7")",
                    "r.id in (select m.group_id from members m where m.directory_id = $1 and m.member_id = $3"
                    " and m.member_type = 'Group')"},
            {R"(members[value eq "bogus"])",
                    "r.id in (select m.group_id from members m where m.directory_id = $1 and 1 = 0)"},
            {"members pr", "r.id in (select m.group_id from members m where m.directory_id = $1)"},
            {R"(members.display eq "x")", "", false},
            {R"(members.value ne "diruser_7")", "", false},
            {R"(members.value sw "diruser_")", "", false},
    };
    expect_texts(group_type(), cases);
}

TEST(filter_sql_test, values_of_users) {
    const std::string equal = std::string(by_email) + " and v.value = $3)";
    const std::string other = std::string(by_email) + " and v.value = $4)";
    const std::string starting = std::string(by_email) + " and v.value >= $3 and v.value < $4)";
    const std::string any = std::string(by_email) + ")";
    const std::string either = "(" + equal + ") or (" + other + ")";
    const std::string both = "(" + equal + ") and (" + other + ")";
    const std::string alone = "(" + equal + ")";
    const text_case cases[] = {
            {R"(emails.value eq "x")", equal},
            {R"(emails eq "x")", equal},
            {R"(emails[value eq "x"])", equal},
            {R"(emails.value sw "x")", starting},
            {"emails.value pr", any},
            {"emails pr", "", false},
            {R"(emails.value ne "x")", "", false},
            {R"(emails.value co "x")", "", false},
            {R"(emails.type eq "x")", "", false},
            {R"(emails[type eq "work" and value eq "x"])", alone, false},
            {R"(emails[type eq "work"].value eq "x")", alone, false},
            {R"(emails[value eq "x" or value eq "y"])", either},
            {R"(emails[value eq "x" and value eq "y"])", both, false},
            {R"(emails[value eq "x" or type eq "work"])", "", false},
            {R"(emails[not (value eq "x")])", "", false},
            {"emails[value eq null]", "", false},
            {R"(groups.value eq "dirgroup_7")",
                    "r.id in (select m.member_id from members m where m.directory_id = $1 and m.member_type "
                    "= 'User'"
                    " and m.group_id = $3)"},
            {R"(groups.value eq "diruser_7")",
                    "r.id in (select m.member_id from members m where m.directory_id = $1 and m.member_type "
                    "= 'User'"
                    " and 1 = 0)"},
    };
    expect_texts(user_type(), cases);
}

TEST(filter_sql_test, compositions) {
    const text_case cases[] = {
            {R"(userName eq "x" and active eq true)", "(r.unique_key = $3) and (r.active = $4)"},
            {R"(userName eq "x" and nickName eq "y")", "(r.unique_key = $3)", false},
            {R"(nickName eq "y" and title eq "z")", "", false},
            {R"(userName eq "x" or externalId eq "y")", "(r.unique_key = $3) or (r.external_id = $4)"},
            {R"(userName eq "x" or nickName eq "y")", "", false},
            {R"(not (userName eq "x"))", "(r.unique_key = $3) is not true"},
            {R"(not (nickName eq "x"))", "", false},
            {R"(not (userName eq "x" and nickName eq "y"))", "", false},
            // A term that is not translated leaves no parameter behind.
            {R"((userName eq "x" or nickName eq "y") and active eq true)", "(r.active = $3)", false},
            {R"(not (userName eq "x" and nickName eq "y") and active eq true)", "(r.active = $3)", false},
            {R"((userName eq "a" or userName eq "b") and (id eq "diruser_1" or active eq true))",
                    "((r.unique_key = $3) or (r.unique_key = $4)) and ((r.id = $5) or (r.active = $6))"},
    };
    expect_texts(user_type(), cases);
}

// Attributes that a type lacks, and the name of the type, are constant for all of its resources.
TEST(filter_sql_test, terms_with_one_result_for_every_resource_are_constants) {
    const scim::resource_type* const both[] = {&user_type(), &group_type()};
    const struct {
        std::string_view filter;
        std::string_view sql;
        bool is_void = false;
        bool is_exact = true;
    } of_groups[] = {
            {R"(userName eq "x")", "1 = 0", true},
            {R"(userName ne "x")", ""},
            {R"(userName gt "x")", "1 = 0", true},
            {"userName pr", "1 = 0", true},
            {"not (userName pr)", ""},
            {"userName eq null", ""},
            {"userName ne null", "1 = 0", true},
            {R"(emails[type eq "work"])", "1 = 0", true},
            {R"(emails.value ew "x")", "1 = 0", true},
            {R"(userName eq "x" and displayName eq "y")", "1 = 0", true},
            {R"(displayName eq "y" and displayName co "z" and userName pr)", "1 = 0", true},
            {R"(userName eq "x" or displayName eq "y")", "(r.display_key = $3)"},
            {R"(displayName eq "y" or not (userName pr))", ""},
            {R"(displayName co "y" or not (userName pr))", "", false, false},
            {R"(displayName co "y" and not (userName pr))", "", false, false},
            {R"(displayName eq "y" and not (userName pr))", "(r.display_key = $3)"},
            {R"(userName pr or title pr)", "1 = 0", true},
            {R"(meta.resourceType eq "Group")", ""},
            {R"(meta.resourceType eq "User")", "1 = 0", true},
            {R"(meta.resourceType sw "Gr")", ""},
            {R"(meta.resourceType eq "User" or displayName eq "y")", "(r.display_key = $3)"},
            {R"(not (meta.resourceType eq "User"))", ""},
            {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr)", "1 = 0", true},
    };
    for (const auto& row : of_groups) {
        const auto parsed = scim::parse_filter(row.filter, group_type(), both);
        ASSERT_TRUE(parsed) << row.filter << parsed.error().detail;
        const auto made = compile(*parsed, group_type());
        EXPECT_EQ(made.where.text, row.sql) << row.filter;
        EXPECT_EQ(made.is_void, row.is_void) << row.filter;
        EXPECT_EQ(made.is_exact, row.is_exact) << row.filter;
        const std::size_t parameters = row.sql.find("$3") == std::string_view::npos ? 0 : 1;
        EXPECT_EQ(made.where.parameters.size(), parameters) << row.filter;
    }
}

TEST(filter_sql_test, values_are_parameters_in_the_form_of_the_column) {
    using values = std::vector<std::variant<std::int64_t, std::string>>;
    const struct {
        std::string_view filter;
        values parameters;
    } cases[] = {
            {R"(userName eq "Straße")", {"strasse"}},
            {R"(externalId eq "Straße")", {"Straße"}},
            {R"(emails.value eq "ADA@Example.com")", {"ada@example.com"}},
            {R"(id eq "diruser_7")", {std::int64_t{7}}},
            {"active eq False", {std::int64_t{0}}},
            {R"(meta.created eq "1970-01-01T00:00:01.5Z")", {std::int64_t{1'500'000}}},
            {R"(userName eq "' or 1=1 --")", {"' or 1=1 --"}},
    };
    for (const auto& [filter, parameters] : cases)
        EXPECT_EQ(compiled(filter, user_type()).where.parameters, parameters) << filter;
}

TEST(filter_sql_test, the_end_of_a_prefix_range_is_the_next_code_point) {
    using values = std::vector<std::variant<std::int64_t, std::string>>;
    const struct {
        std::string_view prefix;
        values parameters;
    } cases[] = {
            {"ab", {"ab", "ac"}},
            {"a\x7f", {"a\x7f", "a\u0080"}},
            {"a\u07ff", {"a\u07ff", "a\u0800"}},
            {"ÿ", {"ÿ", "Ā"}},
            {"a\ud7ff", {"a\ud7ff", "a\ue000"}},
            {"a\uffef", {"a\uffef", "a\ufff0"}},
            {"a\uffff", {"a\uffff", "a\U00010000"}},
            {"a\U0010ffff", {"a\U0010ffff", "b"}},
            {"\U0010ffff", {"\U0010ffff"}},
            {"", {""}},
    };
    for (const auto& [prefix, parameters] : cases) {
        const scim::comparison node{scim::parse_path("externalId", user_type()).value(), scim::operation::sw,
                std::string(prefix)};
        EXPECT_EQ(compile({node}, user_type()).where.parameters, parameters) << prefix;
    }
}

TEST(filter_sql_test, a_prefix_that_is_not_utf8_is_matched_in_memory) {
    const scim::comparison node{
            scim::parse_path("externalId", user_type()).value(), scim::operation::sw, std::string("a\xff")};
    const compiled_filter made = compile({node}, user_type());
    EXPECT_EQ(made.where.text, "");
    EXPECT_FALSE(made.is_exact);
}

// filter_parameters_max is 256.
TEST(filter_sql_test, parameters_have_a_limit) {
    const scim::filter term{scim::comparison{
            scim::parse_path("externalId", user_type()).value(), scim::operation::sw, std::string("a")}};
    for (const std::size_t terms : {128u, 129u, 300u}) {
        const scim::filter all{scim::conjunction{std::vector<scim::filter>(terms, term)}};
        const compiled_filter made = compile(all, user_type());
        EXPECT_EQ(made.where.parameters.size(), 256u) << terms;
        EXPECT_EQ(made.is_exact, terms == 128) << terms;
    }
}

TEST(filter_sql_test, attributes_sort_like_their_columns) {
    using resources::sort_column;
    const struct {
        const scim::resource_type& type;
        std::string_view attribute;
        std::optional<sort_column> column;
    } cases[] = {
            {user_type(), "userName", sort_column::unique_key},
            {user_type(), "displayName", sort_column::display_key},
            {user_type(), "externalId", sort_column::external_id},
            {user_type(), "id", sort_column::id},
            {user_type(), "meta.created", sort_column::created},
            {user_type(), "meta.lastModified", sort_column::modified},
            {group_type(), "displayName", sort_column::display_key},
            {user_type(), "active", std::nullopt},
            {user_type(), "emails.value", std::nullopt},
            {user_type(), "name.familyName", std::nullopt},
            {group_type(), "members", std::nullopt},
    };
    for (const auto& [type, attribute, column] : cases) {
        const scim::path where = scim::parse_path(attribute, type).value();
        EXPECT_EQ(sort_column_of(where, type), column) << attribute;
    }
}

}  // namespace
}  // namespace scimd::store
