#include "service/management/demo.hpp"

#include "service/auth/secrets.hpp"
#include "service/auth/tokens.hpp"
#include "service/management/directories.hpp"
#include "service/management/organizations.hpp"
#include "support/fixed_random.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

namespace scimd::service::demo {
namespace {

namespace tenants = store::tenants;
namespace credentials = store::credentials;
using directories::parse_gate_scope;
using directories::parse_policy;
using directories::parse_unknown_members;
using organizations::create_directory;

class demo_test : public testing::Test {
protected:
    store::transaction& tx() { return store.tx(); }

    std::size_t alive(directory_id directory) {
        std::size_t count = 0;
        for (const auto& one : credentials::list_secrets(tx(), directory))
            count += is_alive(one, tx().now()) ? 1 : 0;
        return count;
    }

    test::temp_store store;
    test::fixed_random random;
    const event_source from{tenants::environment(tx()), "api", {"operator", {}, {}}, {}};
};

TEST_F(demo_test, directories_have_a_known_provider_or_none) {
    const auto owner = tenants::insert_organization(tx(), "Acme", std::nullopt)->id;
    for (const auto* const provider :
            {"", "OKTA", "GOOGLE", "MICROSOFT_AD", "AUTH0", "ONELOGIN", "JUMPCLOUD", "PING_IDENTITY"}) {
        EXPECT_TRUE(create_directory(tx(), from, owner, {"", provider, {}})) << provider;
    }
    for (const auto* const provider : {"okta", "ENTRA", "OKTA "}) {
        const auto made = create_directory(tx(), from, owner, {"", provider, {}});
        ASSERT_FALSE(made) << provider;
        EXPECT_EQ(made.error().code, errc::invalid_value);
    }
    EXPECT_TRUE(create_directory(tx(), from, owner, {std::string(200, 'n'), "", {}}));
    EXPECT_FALSE(create_directory(tx(), from, owner, {std::string(201, 'n'), "", {}}));
    EXPECT_EQ(create_directory(tx(), from, {1}, {}).error().code, errc::not_found);
    EXPECT_EQ(create_directory(tx(), from, owner, {})->policy, tenants::domain_policy::reject);
}

TEST_F(demo_test, the_demo_is_created_once_with_a_new_token_each_time) {
    const auto first = prepare_demo(tx(), from, random, std::nullopt, std::nullopt);
    ASSERT_TRUE(first);
    const auto made = tenants::find_organization_by_external_id(tx(), "example-corp");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->display_name, "Example Corp");
    EXPECT_TRUE(tenants::is_verified_domain(tx(), made->id, domain_name::parse("example.com").value()));
    for (std::size_t i = 0; i < 2 * secrets::alive_max; ++i) {
        const auto next = prepare_demo(tx(), from, random, std::nullopt, std::nullopt);
        ASSERT_TRUE(next) << i;
        EXPECT_EQ(next->organization, first->organization);
        EXPECT_EQ(next->directory, first->directory);
        EXPECT_NE(next->token.reveal(), first->token.reveal());
        EXPECT_LE(alive(first->directory), secrets::alive_max);
    }
    EXPECT_EQ(tenants::count_organizations(tx()), 1);
}

TEST_F(demo_test, the_policy_of_the_demo_changes_when_one_is_given) {
    const auto policy = [&](std::optional<tenants::domain_policy> wanted) {
        const auto demo = prepare_demo(tx(), from, random, wanted, std::nullopt);
        return tenants::find_directory(tx(), demo->organization, demo->directory)->policy;
    };
    EXPECT_EQ(policy(std::nullopt), tenants::domain_policy::reject);
    EXPECT_EQ(policy(tenants::domain_policy::off), tenants::domain_policy::off);
    EXPECT_EQ(policy(std::nullopt), tenants::domain_policy::off);
    EXPECT_EQ(policy(tenants::domain_policy::reject), tenants::domain_policy::reject);
}

TEST(directory_settings_test, values_have_exactly_one_spelling) {
    EXPECT_EQ(parse_policy("reject").value(), tenants::domain_policy::reject);
    EXPECT_EQ(parse_policy("hold").value(), tenants::domain_policy::hold);
    EXPECT_EQ(parse_policy("off").value(), tenants::domain_policy::off);
    for (const auto* const text : {"", "Reject", "none", "OFF", "off "})
        EXPECT_FALSE(parse_policy(text)) << text;
    EXPECT_EQ(parse_unknown_members("ignore").value(), tenants::unknown_members::ignore);
    EXPECT_EQ(parse_unknown_members("refuse").value(), tenants::unknown_members::refuse);
    EXPECT_FALSE(parse_unknown_members("Ignore"));
    EXPECT_EQ(parse_gate_scope("primary"), tenants::domain_gate_scope::primary);
    EXPECT_EQ(parse_gate_scope("all"), tenants::domain_gate_scope::all);
    EXPECT_FALSE(parse_gate_scope("All"));
}

}  // namespace
}  // namespace scimd::service::demo
