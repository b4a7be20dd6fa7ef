// Inline reads, which run on the calling thread, and scans: counted by the intents of the submitted tasks.
#include "service/scim/representation.hpp"
#include "store/resources.hpp"
#include "support/api_fixture.hpp"
#include "support/large_group.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

class inline_reads_test : public testing::Test {
protected:
    struct works {
        std::uint64_t scans = 0;
        std::uint64_t over_budget = 0;
        friend bool operator==(const works&, const works&) = default;
    };
    works so_far() {
        return {fixture.metrics.counter_of("scimd_store_works_total", "", {{"intent", "scan"}}).value(),
                fixture.metrics.counter_of("scimd_store_reads_over_budget_total", "").value()};
    }
    // The reads that a GET of the path takes.
    works taken_by(const std::string& path, std::string_view method = "GET") {
        const auto before = so_far();
        const auto got = fixture.scim(method, path);
        EXPECT_EQ(got.status, 200) << got.text.substr(0, 500);
        const auto after = so_far();
        last = got;
        return {after.scans - before.scans, after.over_budget - before.over_budget};
    }
    works taken_by_filter(std::string_view filter, std::string_view endpoint = "/Users") {
        return taken_by(std::string(endpoint) + "?count=2&filter=" + test::in_uri(filter));
    }
    void write(const std::function<void(store::transaction&)>& what) {
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            what(tx);
            return store::verdict::commit;
        });
    }
    // Creates users with that externalId and the address shared@a.com.
    void write_same(const std::string& external_id, std::size_t count) {
        write([&](store::transaction& tx) {
            for (std::size_t i = 0; i < count; ++i) {
                const auto name = external_id + std::to_string(i);
                const auto document =
                        R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":")" + name +
                        R"(","externalId":")" + external_id + R"("})";
                store::resources::insert(tx, where, "User", document,
                        {.unique_key = name,
                                .external_id = external_id,
                                .values = {{"emails.value", external_id + "@a.com"}}});
            }
        });
    }

    static constexpr works inline_alone{0, 0};
    static constexpr works scan_alone{1, 0};
    static constexpr works redone{1, 1};

    test::api_fixture fixture;
    directory_id where = directory_id::parse(fixture.directory).value();
    test::answer last;
};

TEST_F(inline_reads_test, equality_on_a_unique_index_is_an_inline_read) {
    const auto anna = fixture.make_user("anna", R"(,"externalId":"x1","title":"t")");
    EXPECT_EQ(taken_by_filter(R"(userName eq "anna")"), inline_alone);
    EXPECT_EQ(taken_by_filter("id eq \"" + anna + "\""), inline_alone);
    EXPECT_EQ(taken_by_filter(R"(externalId eq "x1")"), inline_alone);
    EXPECT_EQ(taken_by_filter(R"(emails.value eq "anna@acme.com")"), inline_alone);
    EXPECT_EQ(last.body.at("totalResults").as_int64(), 1);
}

TEST_F(inline_reads_test, a_filter_matched_in_memory_is_a_scan) {
    fixture.make_user("anna", R"(,"title":"t")");
    EXPECT_EQ(taken_by_filter(R"(emails.type eq "work")"), scan_alone);
    EXPECT_EQ(taken_by_filter(R"(emails[type eq "work" and value eq "anna@acme.com"])"), scan_alone);
    EXPECT_EQ(taken_by_filter(R"(emails.value eq "anna@acme.com" and title co "t")"), scan_alone);
    EXPECT_EQ(taken_by_filter(R"(userName eq "anna" and title co "t")"), scan_alone);
    EXPECT_EQ(last.body.at("totalResults").as_int64(), 1);
}

TEST_F(inline_reads_test, many_rows_of_one_index_value_become_a_scan_beyond_the_budget) {
    write_same("few", 100);
    write_same("same", 20'000);
    EXPECT_EQ(taken_by_filter(R"(externalId eq "few")"), inline_alone);
    EXPECT_EQ(taken_by_filter(R"(emails.value eq "few@a.com")"), inline_alone);
    EXPECT_EQ(taken_by_filter(R"(externalId eq "same")"), redone);
    EXPECT_EQ(last.body.at("totalResults").as_int64(), 20'000);
    EXPECT_EQ(taken_by_filter(R"(emails.value eq "same@a.com")"), redone);
    EXPECT_EQ(last.body.at("totalResults").as_int64(), 20'000);
    EXPECT_EQ(taken_by("/Users?count=2&sortBy=title&filter=" + test::in_uri(R"(externalId eq "same")")),
            redone);
    const auto before = so_far();
    EXPECT_EQ(
            fixture.scim("POST", "/Users/.search", R"({"count":2,"filter":"externalId eq \"same\""})").status,
            200);
    EXPECT_EQ(so_far().scans, before.scans + 1);
}

TEST_F(inline_reads_test, a_user_in_many_groups_is_a_scan) {
    const auto anna = fixture.make_user("anna");
    const auto bob = fixture.make_user("bob");
    const auto path = "/Users/" + anna;
    constexpr auto most = static_cast<std::size_t>(service::groups_inline_max);
    std::size_t made = 0;
    const auto put_into_groups = [&](std::size_t count) {
        write([&](store::transaction& tx) {
            for (; made < count; ++made) {
                const auto name = "g" + std::to_string(made);
                const auto group = store::resources::insert(
                        tx, where, "Group", R"({"displayName":")" + name + "\"}", {.unique_key = name});
                test::write_members(tx, where, group->id, {test::number_in(anna)});
            }
        });
    };
    put_into_groups(most);
    EXPECT_EQ(taken_by(path), inline_alone);
    EXPECT_EQ(last.body.at("groups").as_array().size(), most);
    put_into_groups(most + 1);
    EXPECT_EQ(taken_by(path), scan_alone);
    EXPECT_EQ(last.body.at("groups").as_array().size(), most + 1);
    EXPECT_EQ(last.body.at("groups").as_array().back().as_object().at("display"), json::value("g200"));
    EXPECT_EQ(taken_by(path + "?excludedAttributes=groups"), inline_alone);
    EXPECT_EQ(taken_by(path, "HEAD"), inline_alone);
    EXPECT_EQ(taken_by("/Users/" + bob), inline_alone);

    // The response to a change is complete, and the writer does not read the groups.
    const auto before = so_far();
    const auto patched = fixture.patch(path, R"([{"op":"replace","path":"title","value":"T"}])");
    ASSERT_EQ(patched.status, 200) << patched.text;
    EXPECT_EQ(patched.text_of("title"), "T");
    EXPECT_EQ(patched.body.at("groups").as_array().size(), most + 1);
    EXPECT_EQ(so_far().scans, before.scans + 1);

    put_into_groups(1'001);
    EXPECT_EQ(taken_by("/Users?filter=" + test::in_uri(R"(userName eq "anna")")).scans, 1U);
    EXPECT_EQ(last.body.at("Resources").at(0).at("groups").as_array().size(), 1'001U);
}

TEST_F(inline_reads_test, a_long_document_is_a_scan) {
    std::string photos;
    for (char letter = 'a'; letter < 'j'; ++letter)
        photos.append(photos.empty() ? "" : ",")
                .append(R"({"value":")" + std::string(60'000, letter) + "\"}");
    const auto anna = fixture.make_user("anna", R"(,"photos":[)" + photos + ']');
    EXPECT_EQ(taken_by("/Users/" + anna), redone);
    EXPECT_EQ(taken_by_filter(R"(userName eq "anna")"), redone);
    EXPECT_EQ(taken_by("/Users/" + fixture.make_user("bob")), inline_alone);
}

}  // namespace
}  // namespace scimd::api
