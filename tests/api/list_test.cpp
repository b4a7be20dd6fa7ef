// Queries: filters, pagination and sorting (RFC 7644 §3.4.2).
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;

class list_test : public testing::Test {
protected:
    list_test() {
        add("anna", R"(,"title":"Boss","active":true,"name":{"familyName":"Zorn"})");
        add("bert", R"(,"title":"clerk","active":true,"name":{"familyName":"ahorn"})");
        add("carl", R"(,"active":false,"name":{"familyName":"Meier"})");
        add("dora", R"(,"title":"Clerk","externalId":"x4","name":{"familyName":"Ahorn"})");
        add("emil", R"(,"title":"boss","displayName":"Emil E.")");
    }

    void add(std::string_view name, std::string_view more) {
        fixture.clock.advance(std::chrono::seconds(1));
        ids.push_back(fixture.make_user(name, more));
    }

    test::answer list(const std::string& parameters) { return fixture.scim("GET", "/Users?" + parameters); }

    texts found(std::string_view filter) {
        const auto got = list("filter=" + test::in_uri(filter));
        EXPECT_EQ(got.status, 200) << filter << ": " << got.text;
        EXPECT_EQ(got.body.at("totalResults").as_int64(),
                static_cast<std::int64_t>(got.resources("id").size()));
        return got.resources("userName");
    }

    test::api_fixture fixture;
    std::vector<std::string> ids;
};

TEST_F(list_test, filters_by_column_and_by_matching_find_equal_results) {
    const auto staff = fixture.make_group("Staff", R"(,"members":[{"value":")" + ids[1] + R"("}])");
    struct row {
        std::string filter;
        texts expected;
    };
    const row rows[] = {
            // by columns
            {R"(userName eq "ANNA")", {"anna"}},
            {R"(username EQ "anna")", {"anna"}},
            {R"(userName sw "b")", {"bert"}},
            {R"(externalId eq "x4")", {"dora"}},
            {R"(externalId eq "X4")", {}},
            {R"(id eq ")" + ids[2] + "\"", {"carl"}},
            {R"(emails.value eq "Carl@acme.com")", {"carl"}},
            {R"(emails eq "carl@acme.com")", {"carl"}},
            {R"(emails[value eq "carl@acme.com"])", {"carl"}},
            {"active eq false", {"carl"}},
            {R"(userName eq "anna" or userName eq "emil")", {"anna", "emil"}},
            {R"(userName eq "anna" and active eq true)", {"anna"}},
            {R"(meta.lastModified gt "2026-01-02T03:04:08Z")", {"dora", "emil"}},
            {R"(groups.value eq ")" + staff + "\"", {"bert"}},
            // beyond columns
            {R"(title eq "boss")", {"anna", "emil"}},
            {R"(title co "ler")", {"bert", "dora"}},
            {R"(title ew "K")", {"bert", "dora"}},
            {"title pr", {"anna", "bert", "dora", "emil"}},
            {"not (title pr)", {"carl"}},
            {R"(title ne "boss")", {"bert", "carl", "dora"}},
            {R"(name.familyName eq "AHORN")", {"bert", "dora"}},
            {R"(userName sw "b" or title eq "boss")", {"anna", "bert", "emil"}},
            {R"(active eq true and title eq "clerk")", {"bert", "dora"}},
            {R"(emails[value ew "acme.com" and primary eq true])", {"anna", "bert", "carl", "dora", "emil"}},
            {R"(emails[type eq "work"])", {}},
            {R"(groups.display eq "staff")", {"bert"}},
            {R"(title eq "nothing")", {}},
    };
    for (const auto& row : rows) {
        auto got = found(row.filter);
        std::ranges::sort(got);
        EXPECT_EQ(got, row.expected) << row.filter;
    }
}

TEST_F(list_test, groups_are_found_by_their_members) {
    const auto staff = fixture.make_group("Staff", R"(,"members":[{"value":")" + ids[0] + R"("}])");
    fixture.make_group("Others");
    const auto got =
            fixture.scim("GET", "/Groups?filter=" + test::in_uri(R"(members.value eq ")" + ids[0] + "\""));
    EXPECT_EQ(got.resources("id"), texts{staff});
    const auto both = R"(displayName eq "staff" and members[value eq ")" + ids[0] + R"("])";
    EXPECT_EQ(fixture.scim("GET", "/Groups?filter=" + test::in_uri(both)).resources("id"), texts{staff});
}

TEST_F(list_test, pages_follow_each_other_without_gap_or_repetition) {
    for (const std::string extra :
            {"", "&filter=title%20pr%20or%20active%20pr", "&sortBy=title", "&sortBy=userName"}) {
        texts all;
        for (int start = 1; start <= 7; start += 2) {
            const auto page = list("startIndex=" + std::to_string(start) + "&count=2" + extra);
            ASSERT_EQ(page.status, 200) << page.text;
            EXPECT_EQ(page.body.at("totalResults").as_int64(), 5) << extra << start;
            EXPECT_EQ(page.body.at("startIndex").as_int64(), start);
            const auto some = page.resources("userName");
            EXPECT_EQ(page.body.at("itemsPerPage").as_int64(), static_cast<std::int64_t>(some.size()));
            EXPECT_EQ(some.size(), start < 5 ? 2U : start == 5 ? 1U : 0U);
            all.insert(all.end(), some.begin(), some.end());
        }
        std::ranges::sort(all);
        EXPECT_EQ(all, (texts{"anna", "bert", "carl", "dora", "emil"})) << extra;
    }
}

TEST_F(list_test, invalid_page_parameters_are_corrected) {
    struct row {
        std::string_view parameters;
        std::int64_t start;
        std::size_t items;
    };
    const row rows[] = {
            {"", 1, 5},
            {"count=0", 1, 0},
            {"count=-1", 1, 0},
            {"startIndex=0", 1, 5},
            {"startIndex=-5&count=1", 1, 1},
            {"startIndex=5", 5, 1},
            {"startIndex=6", 6, 0},
            {"count=1000000", 1, 5},
            {"startIndex=9223372036854775807", 9'223'372'036'854'775'807, 0},
            {"startIndex=9223372036854775807&sortBy=title", 9'223'372'036'854'775'807, 0},
            {"STARTINDEX=2&COUNT=2", 2, 2},
    };
    for (const auto& row : rows) {
        const auto page = list(std::string(row.parameters));
        ASSERT_EQ(page.status, 200) << row.parameters << page.text;
        EXPECT_EQ(page.body.at("totalResults").as_int64(), 5) << row.parameters;
        EXPECT_EQ(page.body.at("startIndex").as_int64(), row.start) << row.parameters;
        EXPECT_EQ(page.resources("id").size(), row.items) << row.parameters;
    }
}

TEST_F(list_test, results_are_sorted_as_requested) {
    struct row {
        std::string_view parameters;
        texts expected;
    };
    const row rows[] = {
            {"", {"anna", "bert", "carl", "dora", "emil"}},
            {"sortBy=userName", {"anna", "bert", "carl", "dora", "emil"}},
            {"sortBy=userName&sortOrder=descending", {"emil", "dora", "carl", "bert", "anna"}},
            {"sortBy=meta.created&sortOrder=Descending", {"emil", "dora", "carl", "bert", "anna"}},
            // No column sorts these attributes: missing values come last, and first when descending. Equal
            // values are sorted by id in the same direction.
            {"sortBy=title", {"anna", "emil", "bert", "dora", "carl"}},
            {"sortBy=title&sortOrder=descending", {"carl", "dora", "bert", "emil", "anna"}},
            {"sortBy=name.familyName", {"bert", "dora", "carl", "anna", "emil"}},
            {"sortBy=name.familyName&sortOrder=descending", {"emil", "anna", "carl", "dora", "bert"}},
            {"sortBy=active", {"carl", "anna", "bert", "dora", "emil"}},
            {"sortBy=emails&sortOrder=descending", {"emil", "dora", "carl", "bert", "anna"}},
            {"sortBy=title&filter=active%20eq%20true", {"anna", "emil", "bert", "dora"}},
            {"sortBy=title&filter=title%20pr&count=2&startIndex=2", {"emil", "bert"}},
    };
    for (const auto& row : rows) {
        const auto got = list(std::string(row.parameters));
        ASSERT_EQ(got.status, 200) << row.parameters << got.text;
        EXPECT_EQ(got.resources("userName"), row.expected) << row.parameters;
    }
}

TEST_F(list_test, each_resource_of_a_page_has_the_requested_attributes) {
    fixture.make_group("Staff", R"(,"members":[{"value":")" + ids[0] + R"("}])");
    const auto whole = list("filter=" + test::in_uri(R"(userName eq "anna")"));
    const auto& resource = whole.body.at("Resources").at(0).as_object();
    EXPECT_EQ(to_text(resource), fixture.scim("GET", "/Users/" + ids[0]).text);
    EXPECT_EQ(resource.at("groups").as_array().size(), 1U);

    const auto few = list("attributes=userName&sortBy=title&filter=" + test::in_uri(R"(title eq "boss")"));
    for (const auto& one : few.body.at("Resources").as_array()) {
        EXPECT_TRUE(one.as_object().contains("userName"));
        EXPECT_FALSE(one.as_object().contains("title"));
    }
}

TEST_F(list_test, a_list_has_its_envelope_even_when_it_is_empty) {
    const auto none = list("filter=" + test::in_uri(R"(userName eq "nobody")"));
    EXPECT_EQ(none.text,
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,)"
            R"("startIndex":1,"itemsPerPage":0,"Resources":[]})");
    EXPECT_EQ(none.header("ETag"), "");
}

}  // namespace
}  // namespace scimd::api
