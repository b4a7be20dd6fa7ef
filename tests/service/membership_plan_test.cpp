// Plans of membership changes: planning and applying has the result of applying the operations directly.
#include "scim/patch/request_body.hpp"
#include "scim/unlimited.hpp"
#include "service/groups/membership.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service_fixture.hpp"
#include "support/large_group.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>

namespace scimd::service {
namespace {

namespace resources = store::resources;

class membership_plan_test : public testing::Test {
protected:
    struct member {
        std::int64_t id;
        std::string type;
        std::string display;
        friend bool operator==(const member&, const member&) = default;
    };
    std::vector<member> members_of(const std::string& group) {
        std::vector<member> found;
        resources::members_of(
                fixture.tx(), here, test::number_in(group), [&](const resources::member_row& row) {
                    found.push_back({row.id.value, row.type, row.display});
                    return true;
                });
        return found;
    }

    // "[{"op":"add","path":"members",…}]"
    std::vector<scim::membership_operation> operations_of(const std::string& text) {
        const auto body =
                R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":)" + text + "}";
        return scim::read_patch(
                parse_json_object(body).value(), fixture.type("Groups"), scim::conformance_mode::compat)
                .value()
                .members;
    }

    std::string random_member() {
        const auto& id = pool.at(std::uniform_int_distribution<std::size_t>(0, pool.size() - 1)(random));
        const bool has_display = std::uniform_int_distribution<int>(0, 2)(random) == 0;
        const auto display = std::to_string(std::uniform_int_distribution<int>(0, 2)(random));
        return R"({"value":")" + id + (has_display ? R"(","display":"d)" + display : "") + R"("})";
    }
    std::string random_operation() {
        const auto listed = [&](int most) {
            std::string text = "[";
            for (int i = std::uniform_int_distribution<int>(0, most)(random); i > 0; --i)
                text.append(text.size() > 1 ? "," : "").append(random_member());
            return text + "]";
        };
        switch (std::uniform_int_distribution<int>(0, 4)(random)) {
            case 0:
                return R"({"op":"replace","path":"members","value":)" + listed(8) + "}";
            case 1:
                return R"({"op":"remove","path":"members","value":)" + listed(3) + "}";
            case 2:
                return R"({"op":"remove","path":"members[display eq \"d1\"]"})";
            case 3:
                return R"({"op":"replace","path":"members[type eq \"User\"].display","value":"d2"})";
            default:
                return R"({"op":"add","path":"members","value":)" + listed(4) + "}";
        }
    }

    service_fixture fixture;
    directory_id here = fixture.who.directory;
    std::mt19937 random{test::seed()};
    std::vector<std::string> pool;
};

// A directory that rejects unknown members, and one that ignores them.
class membership_plan_equivalence_test : public membership_plan_test,
                                         public testing::WithParamInterface<bool> {};

INSTANTIATE_TEST_SUITE_P(unknown_members, membership_plan_equivalence_test, testing::Bool());

TEST_P(membership_plan_equivalence_test, applying_a_plan_equals_applying_the_operations) {
    fixture.who.ignores_unknown_members = GetParam();
    const auto direct = fixture.add_group("direct");
    const auto planned = fixture.add_group("planned");
    for (int i = 0; i < 12; ++i)
        pool.push_back(fixture.add_user("u" + std::to_string(i)));
    pool.push_back(fixture.add_group("sub"));
    if (GetParam())
        pool.insert(pool.end(), {"diruser_1", "anna", "dirgroup_" + pool[0].substr(pool[0].find('_') + 1)});
    const auto numbers_of = [](const std::vector<resources::member_row>& rows) {
        std::vector<std::int64_t> found;
        for (const auto& row : rows)
            found.push_back(row.id.value);
        return found;
    };
    for (int round = 0; round < 300; ++round) {
        std::string text = "[" + random_operation();
        for (int more = std::uniform_int_distribution<int>(0, 3)(random); more > 0; --more)
            text += "," + random_operation();
        text += "]";
        const auto operations = operations_of(text);
        const auto plan = plan_members(fixture.tx(), fixture.who, test::number_in(planned), operations);
        const auto change = apply_members(fixture.tx(), fixture.who, test::number_in(direct), operations);
        ASSERT_EQ(plan.has_value(), change.has_value()) << text;
        if (!plan) {
            EXPECT_EQ(plan.error().detail, change.error().detail) << text;
            // In production a failed request is rolled back; here the other group is brought to the same
            // state.
            static_cast<void>(apply_members(fixture.tx(), fixture.who, test::number_in(planned), operations));
            ASSERT_EQ(members_of(planned), members_of(direct)) << text;
            continue;
        }
        EXPECT_EQ(members_of(planned).size() + plan->added.size() - plan->removed.size(),
                members_of(direct).size());
        const auto applied = apply_plan(fixture.tx(), fixture.who, test::number_in(planned), *plan).value();
        ASSERT_EQ(members_of(planned), members_of(direct)) << text;
        EXPECT_EQ(numbers_of(applied.added()), numbers_of(change->added())) << text;
        EXPECT_EQ(numbers_of(applied.removed()), numbers_of(change->removed())) << text;
        // A display that is changed and restored is a change of the operations, but not of the plan.
        if (change->is_empty()) {
            EXPECT_TRUE(applied.is_empty()) << text;
        }
    }
}

TEST_F(membership_plan_test, a_plan_is_split_into_parts_of_one_transaction_each) {
    constexpr auto most = membership_jobs::members_at_once_max;
    membership_plan plan;
    const auto parts = [&] { return membership_jobs::parts_of(plan).size(); };
    EXPECT_EQ(parts(), 0U);
    for (std::size_t i = 0; i < most; ++i)
        plan.added.push_back({{static_cast<std::int64_t>(i)}, "User", {}});
    EXPECT_EQ(parts(), 1U);
    plan.removed.push_back({{-1}, "User", {}});
    EXPECT_EQ(parts(), 2U);
    plan.renamed.resize(most - 1);
    EXPECT_EQ(parts(), 2U);
    plan.renamed.resize(most);
    EXPECT_EQ(parts(), 3U);
}

TEST_F(membership_plan_test, a_plan_stores_each_display_once) {
    const auto group = fixture.add_group("all");
    constexpr std::size_t count = 250;
    std::vector<resource_id> users;
    for (std::size_t i = 0; i < count; ++i)
        users.push_back(test::number_in(fixture.add_user("u" + std::to_string(i))));
    test::write_members(fixture.tx(), here, test::number_in(group), users);
    const std::string text(1'000, 'd');
    const auto rename =
            operations_of(R"([{"op":"replace","path":"members.display","value":")" + text + R"("}])");
    const auto plan = plan_members(fixture.tx(), fixture.who, test::number_in(group), rename).value();
    EXPECT_EQ(plan.displays, (std::vector<std::string>{"", text}));
    EXPECT_EQ(plan.renamed.size(), count);
    std::size_t bytes = 0;
    for (const auto& part : membership_jobs::parts_of(plan))
        bytes += part.size();
    EXPECT_LT(bytes, count * 25 + 2 * (text.size() + 200));

    ASSERT_TRUE(apply_plan(fixture.tx(), fixture.who, test::number_in(group), plan).has_value());
    const auto again = plan_members(fixture.tx(), fixture.who, test::number_in(group), rename).value();
    EXPECT_EQ(again.size(), 0U);
    EXPECT_EQ(again.displays, std::vector<std::string>{""});
}

}  // namespace
}  // namespace scimd::service
