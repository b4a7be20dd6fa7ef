// The ledger of refused users.
#include "store/refusals.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace scimd::store::refusals {
namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

constexpr auto newest = std::numeric_limits<std::int64_t>::max();

class refusals_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    bool refuse(const tenants::directory& where, const refusal& what) {
        return record(tx(), where.id, what, tx().now());
    }

    std::vector<refusal> listed(
            const tenants::directory& where, const filter& which = {}, std::int64_t before = newest) {
        std::vector<refusal> seen;
        list(tx(), where.id, which, before, [&](const refusal& each) {
            seen.push_back(each);
            return true;
        });
        return seen;
    }

    texts subjects(const tenants::directory& where, const filter& which = {}, std::int64_t before = newest) {
        texts seen;
        for (const auto& one : listed(where, which, before))
            seen.push_back(one.subject);
        return seen;
    }

    test::temp_store store;
    const tenants::directory here = store.add_directory();
    const tenants::directory elsewhere = store.add_directory();
};

TEST_F(refusals_test, a_repeated_refusal_is_counted) {
    refusal what{
            .subject = "00u1",
            .reason = "domain_not_verified",
            .user_name = "ada@old.com",
            .external_id = "00u1",
            .domain = "old.com",
            .detail = "The domain is not verified.",
    };
    const time_point first = tx().now();
    EXPECT_TRUE(refuse(here, what));
    store.advance(1h);
    what.user_name = "ada.lovelace@old.com";
    EXPECT_FALSE(refuse(here, what));

    const auto seen = listed(here);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].subject, "00u1");
    EXPECT_EQ(seen[0].reason, "domain_not_verified");
    EXPECT_EQ(seen[0].user_name, "ada.lovelace@old.com");
    EXPECT_EQ(seen[0].external_id, "00u1");
    EXPECT_EQ(seen[0].domain, "old.com");
    EXPECT_EQ(seen[0].detail, "The domain is not verified.");
    EXPECT_EQ(seen[0].count, 2);
    EXPECT_EQ(seen[0].first_at, first);
    EXPECT_EQ(seen[0].last_at, first + 1h);
    EXPECT_EQ(seen[0].resolved_at, std::nullopt);
}

TEST_F(refusals_test, another_subject_reason_domain_or_directory_is_another_refusal) {
    const refusal base{.subject = "s", .reason = "domain_not_verified", .domain = "old.com"};
    EXPECT_TRUE(refuse(here, base));
    refusal other = base;
    other.subject = "t";
    EXPECT_TRUE(refuse(here, other));
    other = base;
    other.reason = "no_email";
    EXPECT_TRUE(refuse(here, other));
    other = base;
    other.domain = "";
    EXPECT_TRUE(refuse(here, other));
    EXPECT_TRUE(refuse(elsewhere, base));
    EXPECT_FALSE(refuse(here, base));
    EXPECT_EQ(listed(here).size(), 4U);
    EXPECT_EQ(listed(elsewhere).size(), 1U);
}

TEST_F(refusals_test, the_newest_come_first_and_a_page_goes_on_below_an_id) {
    for (const char* subject : {"a", "b", "c", "a"}) {
        store.advance(1s);
        refuse(here, {.subject = subject, .reason = "no_email"});
    }
    EXPECT_EQ(subjects(here), (texts{"c", "b", "a"}));
    EXPECT_EQ(subjects(here, {}, listed(here)[0].id), (texts{"b", "a"}));
}

TEST_F(refusals_test, a_resolved_refusal_stays_listed_and_the_next_one_reopens_it) {
    const refusal what{.subject = "s", .reason = "no_email"};
    refuse(here, what);
    refuse(here, {.subject = "s", .reason = "domain_not_verified", .domain = "x.org"});
    refuse(here, {.subject = "t", .reason = "no_email"});
    refuse(elsewhere, what);
    store.advance(1h);
    const auto resolved = tx().now();
    resolve(tx(), here.id, "s", "s", resolved);
    EXPECT_EQ(subjects(here, {.is_resolved = false}), texts{"t"});
    EXPECT_EQ(subjects(here, {.is_resolved = true}), (texts{"s", "s"}));
    EXPECT_EQ(subjects(here), (texts{"t", "s", "s"}));
    EXPECT_EQ(listed(here, {.is_resolved = true})[0].resolved_at, resolved);
    EXPECT_EQ(subjects(elsewhere, {.is_resolved = true}), texts{});

    store.advance(1h);
    EXPECT_TRUE(refuse(here, what));
    const auto again = listed(here, {.is_resolved = false});
    ASSERT_EQ(again.size(), 2U);
    EXPECT_EQ(again[0].subject, "s");
    EXPECT_EQ(again[0].count, 1);
    EXPECT_EQ(again[0].first_at, tx().now());
}

TEST_F(refusals_test, a_success_resolves_only_what_was_refused_before_it) {
    const auto success = tx().now();
    store.advance(1us);
    refuse(here, {.subject = "s", .reason = "no_email"});
    resolve(tx(), here.id, "s", "s", success);
    EXPECT_EQ(subjects(here, {.is_resolved = false}), texts{"s"});
    resolve(tx(), here.id, "none", "s", success + 1us);
    EXPECT_EQ(subjects(here, {.is_resolved = false}), texts{});
}

TEST_F(refusals_test, refusals_are_found_by_reason_and_by_either_name_of_the_user) {
    refuse(here, {.subject = "1", .reason = "no_email", .user_name = "ada", .external_id = "1"});
    refuse(here, {.subject = "bob", .reason = "uniqueness", .user_name = "Bob"});
    EXPECT_EQ(subjects(here, {.reason = "uniqueness"}), texts{"bob"});
    EXPECT_EQ(subjects(here, {.user = "ada"}), texts{"1"});
    EXPECT_EQ(subjects(here, {.user = "1"}), texts{"1"});
    EXPECT_EQ(subjects(here, {.user = "Bob"}), texts{"bob"});
    EXPECT_EQ(subjects(here, {.reason = "no_email", .user = "Bob"}), texts{});
}

TEST_F(refusals_test, retention_keeps_the_newest_refusals) {
    for (const char* subject : {"a", "b", "c", "a"}) {
        refuse(here, {.subject = subject, .reason = "no_email"});
        refuse(elsewhere, {.subject = subject, .reason = "no_email"});
        store.advance(1h);
    }
    EXPECT_EQ(trim(tx(), here.id, 3, 10), 0);
    EXPECT_EQ(trim(tx(), here.id, 2, 10), 1);
    EXPECT_EQ(subjects(here), (texts{"c", "a"}));
    EXPECT_EQ(trim_before(tx(), here.id, tx().now() - 2h, 10), 0);
    EXPECT_EQ(trim_before(tx(), here.id, tx().now() - 2h + 1us, 10), 1);
    EXPECT_EQ(subjects(here), texts{"a"});
    EXPECT_EQ(listed(elsewhere).size(), 3U);
}

TEST_F(refusals_test, nothing_is_recorded_for_an_unknown_directory) {
    EXPECT_FALSE(record(tx(), {7}, {.subject = "s", .reason = "no_email"}, tx().now()));
}

TEST_F(refusals_test, a_refusal_of_a_stored_address_ends_with_its_reason_and_not_with_a_success) {
    const refusal what{.subject = "ann",
            .reason = "domain_owned_elsewhere",
            .user_name = "ann",
            .domain = "victim.com",
            .detail = "d",
            .address = "ann@victim.com",
            .user = resource_id{7}};
    record(tx(), here.id, what, tx().now());
    store.advance(1h);
    record(tx(), here.id, what, tx().now());
    ASSERT_EQ(listed(here).size(), 1U);
    const auto first = listed(here)[0];
    EXPECT_EQ(first.user, resource_id{7});
    EXPECT_EQ(first.address, "ann@victim.com");
    EXPECT_EQ(first.count, 1);
    EXPECT_EQ(first.last_at, first.first_at);
    EXPECT_EQ(count_standing(tx(), here.id), 1);
    EXPECT_EQ(count_standing(tx(), elsewhere.id), 0);

    // A request for the same subject is counted there, and its success resolves nothing.
    refuse(here, {.subject = "ann", .reason = "domain_owned_elsewhere", .domain = "victim.com"});
    resolve(tx(), here.id, "ann", "ann", tx().now());
    EXPECT_EQ(subjects(here, {.is_resolved = false}), texts{"ann"});
    EXPECT_EQ(listed(here)[0].count, 2);
    ASSERT_EQ(standing_of(tx(), here.id, {7}).size(), 1U);
    EXPECT_TRUE(standing_of(tx(), here.id, {8}).empty());

    resolve_standing(tx(), here.id, {8}, what, tx().now());
    resolve_all_standing(tx(), elsewhere.id, {7}, tx().now());
    EXPECT_EQ(count_standing(tx(), here.id), 1);
    resolve_standing(tx(), here.id, {7}, what, tx().now());
    EXPECT_EQ(count_standing(tx(), here.id), 0);
    EXPECT_TRUE(standing_of(tx(), here.id, {7}).empty());

    // A refusal after the resolution gets a new row.
    record(tx(), here.id, what, tx().now());
    EXPECT_EQ(listed(here)[0].count, 1);
    EXPECT_GT(listed(here)[0].id, first.id);
    resolve_all_standing(tx(), here.id, {7}, tx().now());
    EXPECT_EQ(count_standing(tx(), here.id), 0);
}

TEST_F(refusals_test, a_refused_request_after_a_resolved_stored_address_ends_with_a_success) {
    refusal what{.subject = "ann",
            .reason = "domain_owned_elsewhere",
            .domain = "victim.com",
            .user = resource_id{7}};
    refuse(here, what);
    resolve_all_standing(tx(), here.id, {7}, tx().now());  // the user was deleted
    what.user.reset();
    refuse(here, what);
    EXPECT_EQ(count_standing(tx(), here.id), 0);
    ASSERT_EQ(listed(here).size(), 1U);
    EXPECT_FALSE(listed(here)[0].user);
    resolve(tx(), here.id, "ann", "ann", tx().now());
    EXPECT_EQ(subjects(here, {.is_resolved = false}), texts{});
}

}  // namespace
}  // namespace scimd::store::refusals
