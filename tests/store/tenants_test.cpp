#include "store/tenants.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

namespace scimd::store::tenants {
namespace {

using namespace std::chrono_literals;

domain_name name(std::string_view text) {
    return domain_name::parse(text).value();
}

class tenants_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    test::temp_store store;
    const organization_id acme = insert_organization(tx(), "Acme", "acme-1")->id;
    const organization_id other = insert_organization(tx(), "Other", std::nullopt)->id;
};

TEST_F(tenants_test, there_is_one_environment_from_the_start) {
    EXPECT_EQ(environment(tx()).text(), "env_1");
}

TEST_F(tenants_test, an_organization_is_found_by_either_id) {
    const auto found = find_organization(tx(), acme);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->display_name, "Acme");
    EXPECT_EQ(found->external_id, "acme-1");
    EXPECT_EQ(found->created, tx().now());
    EXPECT_EQ(found->updated, tx().now());
    const auto by_external_id = find_organization_by_external_id(tx(), "acme-1");
    ASSERT_TRUE(by_external_id);
    EXPECT_EQ(by_external_id->id, acme);
    EXPECT_EQ(find_organization(tx(), other)->external_id, std::nullopt);
    EXPECT_FALSE(find_organization(tx(), {7}));
    EXPECT_FALSE(find_organization_by_external_id(tx(), "acme"));
    EXPECT_FALSE(find_organization_by_external_id(tx(), ""));
}

TEST_F(tenants_test, an_external_id_is_unique_where_it_is_given) {
    EXPECT_FALSE(insert_organization(tx(), "Again", "acme-1"));
    EXPECT_TRUE(insert_organization(tx(), "Again", std::nullopt));
    EXPECT_TRUE(insert_organization(tx(), "Again", "acme-2"));
    EXPECT_EQ(count_organizations(tx()), 4);
}

TEST_F(tenants_test, organizations_are_paged_by_id) {
    const organization_id third = insert_organization(tx(), "Third", std::nullopt)->id;
    const auto first_page = list_organizations(tx(), {}, 2);
    ASSERT_EQ(first_page.size(), 2u);
    EXPECT_EQ(first_page[0].id, acme);
    EXPECT_EQ(first_page[1].id, other);
    const auto second_page = list_organizations(tx(), first_page.back().id, 2);
    ASSERT_EQ(second_page.size(), 1u);
    EXPECT_EQ(second_page[0].id, third);
    EXPECT_TRUE(list_organizations(tx(), third, 2).empty());
}

TEST_F(tenants_test, a_domain_has_one_owner) {
    const auto made = insert_domain(tx(), acme, name("acme.com"), domain_status::verified, true);
    ASSERT_TRUE(made);
    EXPECT_FALSE(insert_domain(tx(), other, name("acme.com"), domain_status::verified, false));
    EXPECT_FALSE(insert_domain(tx(), acme, name("ACME.com"), domain_status::verified, false));
    const auto found = find_domain(tx(), acme, made->id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->organization, acme);
    EXPECT_EQ(found->name, "acme.com");
    EXPECT_EQ(found->status, domain_status::verified);
    EXPECT_TRUE(found->covers_subdomains);
    EXPECT_EQ(found->created, tx().now());
}

TEST_F(tenants_test, every_status_is_kept) {
    for (const auto status : {domain_status::pending, domain_status::verified, domain_status::failed}) {
        const auto made = insert_domain(tx(), acme, name("acme.com"), status, false);
        EXPECT_EQ(find_domain(tx(), acme, made->id)->status, status);
        EXPECT_TRUE(delete_domain(tx(), acme, made->id));
    }
}

TEST_F(tenants_test, a_domain_is_visible_only_to_its_owner) {
    const auto made = insert_domain(tx(), acme, name("acme.com"), domain_status::verified, false);
    EXPECT_FALSE(find_domain(tx(), other, made->id));
    EXPECT_FALSE(delete_domain(tx(), other, made->id));
    EXPECT_TRUE(list_domains(tx(), other, 0, 10).empty());
    EXPECT_FALSE(is_verified_domain(tx(), other, name("acme.com")));
    EXPECT_TRUE(delete_domain(tx(), acme, made->id));
    EXPECT_FALSE(delete_domain(tx(), acme, made->id));
    EXPECT_TRUE(insert_domain(tx(), other, name("acme.com"), domain_status::verified, false));
}

TEST_F(tenants_test, domains_are_paged) {
    for (const char* text : {"c.example", "a.example", "b.example"})
        insert_domain(tx(), acme, name(text), domain_status::verified, false);
    EXPECT_EQ(list_domains(tx(), acme, 0, 10).size(), 3u);
    const auto page = list_domains(tx(), acme, 1, 1);
    ASSERT_EQ(page.size(), 1u);
    EXPECT_EQ(page[0].name, "a.example");
}

TEST_F(tenants_test, a_domain_covers_its_subdomains_only_when_it_says_so) {
    insert_domain(tx(), acme, name("exact.com"), domain_status::verified, false);
    insert_domain(tx(), acme, name("wide.com"), domain_status::verified, true);
    insert_domain(tx(), acme, name("waiting.com"), domain_status::pending, true);
    insert_domain(tx(), acme, name("failed.com"), domain_status::failed, true);
    const struct {
        const char* asked;
        bool is_verified;
    } cases[] = {
            {"exact.com", true},
            {"mail.exact.com", false},
            {"wide.com", true},
            {"eng.wide.com", true},
            {"a.b.c.wide.com", true},
            {"notwide.com", false},
            {"wide.com.evil.org", false},
            {"waiting.com", false},
            {"eng.waiting.com", false},
            {"failed.com", false},
            {"eng.failed.com", false},
            {"elsewhere.com", false},
    };
    for (const auto& [asked, is_verified] : cases)
        EXPECT_EQ(is_verified_domain(tx(), acme, name(asked)), is_verified) << asked;
}

TEST_F(tenants_test, the_longest_verified_name_decides_the_owner) {
    const auto where = environment(tx());
    insert_domain(tx(), acme, name("parent.com"), domain_status::verified, true);
    insert_domain(tx(), other, name("sub.parent.com"), domain_status::verified, true);
    insert_domain(tx(), acme, name("x.sub.parent.com"), domain_status::verified, false);
    insert_domain(tx(), other, name("late.parent.com"), domain_status::pending, true);
    const struct {
        const char* asked;
        std::optional<organization_id> owner;
    } cases[] = {
            {"parent.com", acme},
            {"a.parent.com", acme},
            {"late.parent.com", acme},
            {"sub.parent.com", other},
            {"a.sub.parent.com", other},
            {"x.sub.parent.com", acme},
            {"y.x.sub.parent.com", other},
            {"notparent.com", std::nullopt},
            {"com.parent", std::nullopt},
            {"elsewhere.co.uk", std::nullopt},
    };
    for (const auto& [asked, owner] : cases)
        EXPECT_EQ(owner_of(tx(), where, name(asked)), owner) << asked;
}

TEST_F(tenants_test, a_directory_is_found_only_by_its_owner) {
    const auto made = insert_directory(tx(), acme, "staff", "OKTA", domain_policy::off);
    const auto found = find_directory(tx(), acme, made.id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->organization, acme);
    EXPECT_EQ(found->name, "staff");
    EXPECT_EQ(found->provider, "OKTA");
    EXPECT_TRUE(found->is_enabled);
    EXPECT_EQ(found->policy, domain_policy::off);
    EXPECT_EQ(found->last_sequence, 0);
    EXPECT_EQ(found->created, made.created);
    EXPECT_FALSE(find_directory(tx(), other, made.id));
    EXPECT_TRUE(list_directories(tx(), other).empty());
    EXPECT_EQ(list_directories(tx(), acme).size(), 1u);
}

TEST_F(tenants_test, a_directory_is_changed_only_by_its_owner) {
    const auto made = insert_directory(tx(), acme, "staff", "", domain_policy::reject);
    store.advance(1h);
    EXPECT_FALSE(set_directory_enabled(tx(), other, made.id, false));
    EXPECT_FALSE(set_domain_policy(tx(), other, made.id, domain_policy::off));
    auto found = find_directory(tx(), acme, made.id);
    EXPECT_TRUE(found->is_enabled);
    EXPECT_EQ(found->policy, domain_policy::reject);
    EXPECT_EQ(found->updated, made.updated);

    EXPECT_TRUE(set_directory_enabled(tx(), acme, made.id, false));
    EXPECT_TRUE(set_domain_policy(tx(), acme, made.id, domain_policy::off));
    found = find_directory(tx(), acme, made.id);
    EXPECT_FALSE(found->is_enabled);
    EXPECT_EQ(found->policy, domain_policy::off);
    EXPECT_EQ(found->created, made.created);
    EXPECT_EQ(found->updated, made.updated + 1h);
    EXPECT_TRUE(set_directory_enabled(tx(), acme, made.id, true));
    EXPECT_TRUE(find_directory(tx(), acme, made.id)->is_enabled);
}

}  // namespace
}  // namespace scimd::store::tenants
