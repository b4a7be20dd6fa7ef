#include "store/audit.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace scimd::store::audit {
namespace {

using namespace std::chrono_literals;

constexpr organization_id acme{7};
constexpr organization_id other{8};
constexpr directory_id staff{70};

class audit_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    void add(std::string_view actor, std::optional<organization_id> organization = std::nullopt,
            std::optional<directory_id> directory = std::nullopt) {
        append(tx(), {std::string(actor), organization, directory, "{}"}, keep);
    }

    std::vector<std::int64_t> numbers(query what = {}) {
        if (what.before == 0)
            what.before = std::numeric_limits<std::int64_t>::max();
        if (what.limit == 0)
            what.limit = 100;
        std::vector<std::int64_t> found;
        for (const auto& one : list(tx(), what))
            found.push_back(one.number);
        return found;
    }

    test::temp_store store;
    retention keep;
};

using listed = std::vector<std::int64_t>;

TEST_F(audit_test, entries_are_listed_newest_first_with_what_they_were_given) {
    add("operator", acme, staff);
    store.advance(1s);
    append(tx(), {"skc_1", std::nullopt, std::nullopt, R"({"method":"POST"})"}, keep);
    const auto found = list(tx(), {.before = 100, .limit = 10});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].number, 2);
    EXPECT_EQ(found[0].actor, "skc_1");
    EXPECT_EQ(found[0].body, R"({"method":"POST"})");
    EXPECT_EQ(found[0].at, found[1].at + 1s);
    EXPECT_EQ(found[1].organization, acme);
    EXPECT_EQ(found[1].directory, staff);
    EXPECT_EQ(found[0].organization, std::nullopt);
}

TEST_F(audit_test, every_filter_holds_alone_and_with_the_others) {
    add("operator", acme, staff);  // 1
    add("skc_1", acme);            // 2
    add("skc_1", other);           // 3
    store.advance(1h);
    const auto later = tx().now();
    add("operator");            // 4
    add("skc_1", acme, staff);  // 5
    EXPECT_EQ(numbers(), (listed{5, 4, 3, 2, 1}));
    EXPECT_EQ(numbers({.organization = acme}), (listed{5, 2, 1}));
    EXPECT_EQ(numbers({.organization = other}), (listed{3}));
    EXPECT_EQ(numbers({.directory = staff}), (listed{5, 1}));
    EXPECT_EQ(numbers({.organization = other, .directory = staff}), (listed{}));
    EXPECT_EQ(numbers({.organization = acme, .directory = staff, .actor = "skc_1"}), (listed{5}));
    EXPECT_EQ(numbers({.actor = "operator"}), (listed{4, 1}));
    EXPECT_EQ(numbers({.organization = acme, .actor = "skc_1"}), (listed{5, 2}));
    EXPECT_EQ(numbers({.since = later}), (listed{5, 4}));
    EXPECT_EQ(numbers({.organization = acme, .since = later}), (listed{5}));
    EXPECT_EQ(numbers({.before = 5, .limit = 2}), (listed{4, 3}));
}

TEST_F(audit_test, retention_deletes_old_and_surplus_entries_and_keeps_the_newest) {
    keep.entries_max = 3;
    for (int i = 0; i < 5; ++i)
        add("operator");
    EXPECT_EQ(numbers(), (listed{5, 4, 3}));
    store.advance(keep.kept_for);
    add("operator");
    EXPECT_EQ(numbers(), (listed{6, 5, 4})) << "not older than that yet";
    store.advance(1us);
    add("operator");
    add("operator");
    EXPECT_EQ(numbers(), (listed{8, 7, 6}));
    store.advance(keep.kept_for + 1us);
    add("operator");
    add("operator");
    EXPECT_EQ(numbers(), (listed{10, 9}));
    EXPECT_EQ(first_break(tx().sql()), std::nullopt);
}

// The first entry after a start with a wrong clock ends nothing: the next one may have the right time again.
TEST_F(audit_test, retention_measures_age_relative_to_the_newest_entries) {
    add("operator");
    add("operator");
    store.advance(365 * 24h * 10);
    add("operator");
    EXPECT_EQ(numbers(), (listed{3, 2, 1}));
    store.advance(-365 * 24h * 10);
    add("operator");
    EXPECT_EQ(numbers(), (listed{4, 3, 2, 1}));
    store.advance(keep.kept_for + 1us);
    add("operator");
    EXPECT_EQ(numbers(), (listed{5, 4, 3, 2, 1}));
    add("operator");
    EXPECT_EQ(numbers(), (listed{6, 5, 4, 3}));
}

TEST_F(audit_test, a_limit_that_was_lowered_is_reached_in_time) {
    for (int i = 0; i < 30; ++i)
        add("operator");
    keep.entries_max = 5;
    add("operator");
    EXPECT_EQ(numbers().size(), 21U);
    add("operator");
    add("operator");
    EXPECT_EQ(numbers().size(), 5U);
}

TEST_F(audit_test, a_changed_row_breaks_the_hash_chain) {
    const char* const changes[] = {
            "update audit_log set entry = '[]' where number = 3",
            "update audit_log set actor = 'skc_2' where number = 3",
            "update audit_log set at = at + 1 where number = 3",
            "update audit_log set organization_id = 9 where number = 3",
            "update audit_log set directory_id = null where number = 3",
            "delete from audit_log where number = 2",
    };
    for (int i = 0; i < 5; ++i)
        add("operator", acme, staff);
    EXPECT_EQ(first_break(tx().sql()), std::nullopt);
    for (const auto* const change : changes) {
        tx().sql().run({"test", "savepoint change"});
        tx().sql().run({"test", change});
        EXPECT_EQ(first_break(tx().sql()), 3) << change;
        tx().sql().run({"test", "rollback to change"});
    }
    EXPECT_EQ(first_break(tx().sql()), std::nullopt);
}

}  // namespace
}  // namespace scimd::store::audit
