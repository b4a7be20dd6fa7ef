// Organizations with everything that belongs to them, their deletion, and the owners of domains.
#include "store/credentials.hpp"
#include "store/tenants.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

namespace scimd::store::tenants {
namespace {

class organizations_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    domain claim(
            organization_id owner, std::string_view name, domain_status status = domain_status::pending) {
        domain what;
        what.organization = owner;
        what.name = name;
        what.method = domain_method::dns;
        what.status = status;
        what.token = "token";
        what.next_check = tx().now();
        return insert_domain(tx(), std::move(what)).value();
    }

    test::temp_store store;
    organization acme = insert_organization(tx(), "Acme", "acme-1").value();
    const organization_id other = insert_organization(tx(), "Other", std::nullopt)->id;
};

TEST_F(organizations_test, every_member_is_kept) {
    acme.display_name = "Acme Corp";
    acme.external_id.reset();
    acme.region_code = "EU";
    acme.metadata = R"({"tier":"gold"})";
    acme.slug = "acme";
    acme.logo_url = "https://acme.test/logo";
    acme.features = R"({"sso":true})";
    acme.session_policy = R"({"a":1})";
    acme.max_allowed_users = 0;
    store.advance(std::chrono::hours(1));
    EXPECT_TRUE(update_organization(tx(), acme));
    const auto found = find_organization_by_slug(tx(), "acme");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->display_name, "Acme Corp");
    EXPECT_EQ(found->external_id, std::nullopt);
    EXPECT_EQ(found->region_code, "EU");
    EXPECT_EQ(found->metadata, acme.metadata);
    EXPECT_EQ(found->logo_url, acme.logo_url);
    EXPECT_EQ(found->features, acme.features);
    EXPECT_EQ(found->session_policy, acme.session_policy);
    EXPECT_EQ(found->max_allowed_users, 0);
    EXPECT_FALSE(limited_seats(tx(), acme.id));
    acme.max_allowed_users = 3;
    EXPECT_TRUE(update_organization(tx(), acme));
    ASSERT_TRUE(limited_seats(tx(), acme.id));
    EXPECT_EQ(limited_seats(tx(), acme.id)->limit, 3);
    EXPECT_EQ(limited_seats(tx(), acme.id)->taken, 0);
    EXPECT_EQ(found->created, acme.created);
    EXPECT_EQ(found->updated, tx().now());
}

TEST_F(organizations_test, a_taken_name_changes_nothing) {
    acme.slug = "acme";
    EXPECT_TRUE(update_organization(tx(), acme));
    auto second = find_organization(tx(), other).value();
    second.display_name = "Changed";
    second.external_id = "acme-1";
    EXPECT_FALSE(update_organization(tx(), second));
    second.external_id.reset();
    second.slug = "acme";
    EXPECT_FALSE(update_organization(tx(), second));
    EXPECT_EQ(find_organization(tx(), other)->display_name, "Other");
    organization third;
    third.slug = "acme";
    EXPECT_FALSE(insert_organization(tx(), third));
}

TEST_F(organizations_test, an_organization_being_deleted_is_hidden_and_its_names_are_free) {
    acme.slug = "acme";
    update_organization(tx(), acme);
    const auto directory = insert_directory(tx(), acme.id, "d", "", domain_policy::reject);
    const sha256_digest digest{};
    credentials::insert_secret(tx(), directory.id, {digest, "abc", std::nullopt});
    ASSERT_TRUE(credentials::find_bearer(tx(), digest));
    EXPECT_FALSE(next_to_remove(tx()));

    begin_removal(tx(), acme.id);
    EXPECT_FALSE(is_organization(tx(), acme.id));
    EXPECT_FALSE(find_organization(tx(), acme.id));
    EXPECT_FALSE(find_organization_by_external_id(tx(), "acme-1"));
    EXPECT_FALSE(find_organization_by_slug(tx(), "acme"));
    EXPECT_FALSE(find_directory(tx(), acme.id, directory.id));
    EXPECT_FALSE(owner_of(tx(), directory.id));
    EXPECT_FALSE(credentials::find_bearer(tx(), digest));
    EXPECT_EQ(list_organizations(tx(), {}, 10).size(), 1U);
    EXPECT_EQ(list_organizations_before(tx(), {INT64_MAX}, 10).size(), 1U);
    EXPECT_EQ(count_organizations(tx()), 1);
    int seen = 0;
    each_organization(tx(), [&](const organization&) { return ++seen > 0; });
    EXPECT_EQ(seen, 1);
    EXPECT_TRUE(insert_organization(tx(), "Again", "acme-1"));
    EXPECT_EQ(next_to_remove(tx()), acme.id);

    finish_removal(tx(), other);
    EXPECT_TRUE(is_organization(tx(), other));
    tx().sql().run({"secrets", "delete from secrets"});
    tx().sql().run({"directories", "delete from directories"});
    finish_removal(tx(), acme.id);
    EXPECT_FALSE(next_to_remove(tx()));
}

TEST_F(organizations_test, pages_go_both_ways) {
    std::vector<organization_id> ids{acme.id, other};
    for (int i = 0; i < 3; ++i)
        ids.push_back(insert_organization(tx(), "More", std::nullopt)->id);
    const auto before = list_organizations_before(tx(), ids[3], 2);
    ASSERT_EQ(before.size(), 2U);
    EXPECT_EQ(before[0].id, ids[2]);
    EXPECT_EQ(before[1].id, ids[1]);
}

TEST_F(organizations_test, claims_do_not_block_others_and_the_verified_claim_wins) {
    auto first = claim(acme.id, "acme.com");
    auto second = claim(other, "acme.com");
    EXPECT_FALSE(is_owned_by_another(tx(), acme.id, "acme.com"));
    first.status = domain_status::verified;
    EXPECT_TRUE(update_domain(tx(), first));
    EXPECT_TRUE(is_owned_by_another(tx(), other, "acme.com"));
    EXPECT_FALSE(is_owned_by_another(tx(), acme.id, "acme.com"));
    second.status = domain_status::verified;
    EXPECT_FALSE(update_domain(tx(), second));
    EXPECT_EQ(find_domain(tx(), other, second.id)->status, domain_status::pending);
    first.status = domain_status::lapsed;
    EXPECT_TRUE(update_domain(tx(), first));
    EXPECT_TRUE(update_domain(tx(), second));
    EXPECT_FALSE(is_verified_domain(tx(), acme.id, domain_name::parse("acme.com").value()));
    first.status = domain_status::verified;
    EXPECT_FALSE(update_domain(tx(), first));
}

TEST_F(organizations_test, an_allowed_email_domain_has_no_owner_and_verifies_nothing) {
    domain what;
    what.organization = acme.id;
    what.name = "acme.com";
    what.type = domain_type::allowed_email;
    what.method = domain_method::not_applicable;
    EXPECT_TRUE(insert_domain(tx(), what));
    EXPECT_FALSE(insert_domain(tx(), what));
    what.organization = other;
    EXPECT_TRUE(insert_domain(tx(), what));
    const auto name = domain_name::parse("acme.com").value();
    EXPECT_FALSE(is_verified_domain(tx(), acme.id, name));
    EXPECT_TRUE(insert_domain(tx(), acme.id, name, domain_status::verified, false));
    EXPECT_TRUE(is_verified_domain(tx(), acme.id, name));
    EXPECT_EQ(count_domains(tx(), acme.id), 2);
    EXPECT_EQ(list_domains(tx(), acme.id, domain_type::allowed_email, 0, 10).size(), 1U);
    EXPECT_EQ(list_domains(tx(), acme.id, domain_type::organization, 0, 10).size(), 1U);
    EXPECT_EQ(list_domains(tx(), acme.id, 0, 10).size(), 2U);
}

TEST_F(organizations_test, results_of_checks_are_stored_and_due_domains_come_in_order) {
    auto late = claim(acme.id, "late.test");
    auto early = claim(acme.id, "early.test");
    auto never = claim(acme.id, "never.test");
    late.next_check = tx().now() + std::chrono::minutes(2);
    early.next_check = tx().now() + std::chrono::minutes(1);
    early.window_end = tx().now() + std::chrono::hours(2);
    early.checks = 3;
    early.last_check = tx().now();
    early.last_outcome = "NO_SUCH_NAME";
    early.absent_since = tx().now() - std::chrono::hours(1);
    early.absences = 2;
    early.asks_until = tx().now() + std::chrono::seconds(10);
    never.next_check.reset();
    for (const auto& one : {late, early, never})
        EXPECT_TRUE(update_domain(tx(), one));
    EXPECT_TRUE(list_due_domains(tx(), 10).empty());
    store.advance(std::chrono::minutes(1));
    const auto due = list_due_domains(tx(), 10);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].name, "early.test");
    EXPECT_EQ(due[0].token, "token");
    EXPECT_EQ(due[0].window_end, early.window_end);
    EXPECT_EQ(due[0].checks, 3);
    EXPECT_EQ(due[0].last_check, early.last_check);
    EXPECT_EQ(due[0].last_outcome, "NO_SUCH_NAME");
    EXPECT_EQ(due[0].absent_since, early.absent_since);
    EXPECT_EQ(due[0].absences, 2);
    EXPECT_EQ(due[0].asks_until, early.asks_until);
    store.advance(std::chrono::minutes(1));
    EXPECT_EQ(list_due_domains(tx(), 10).size(), 2U);
    EXPECT_EQ(list_due_domains(tx(), 1)[0].name, "early.test");
}

}  // namespace
}  // namespace scimd::store::tenants
