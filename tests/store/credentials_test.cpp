#include "store/credentials.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace scimd::store::credentials {
namespace {

using namespace std::chrono_literals;

class credentials_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    test::temp_store store;
    const tenants::directory here = store.add_directory();
    const tenants::directory elsewhere = store.add_directory();
    const sha256_digest digest = sha256("token");
};

TEST_F(credentials_test, a_token_is_found_with_its_directory) {
    const auto made = insert_secret(tx(), here.id, {digest, "oken", tx().now() + 24h});
    const auto found = find_bearer(tx(), digest);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, made.id);
    EXPECT_EQ(found->digest, digest);
    EXPECT_EQ(found->suffix, "oken");
    EXPECT_EQ(found->expires, tx().now() + 24h);
    EXPECT_EQ(found->revoked, std::nullopt);
    EXPECT_EQ(found->directory.id, here.id);
    EXPECT_EQ(found->directory.organization, here.organization);
    EXPECT_EQ(found->directory.name, here.name);
    EXPECT_EQ(found->directory.provider, here.provider);
    EXPECT_TRUE(found->directory.is_enabled);
    EXPECT_EQ(found->directory.policy, here.policy);
    EXPECT_EQ(found->directory.created, here.created);
}

TEST_F(credentials_test, another_token_is_not_found) {
    insert_secret(tx(), here.id, {digest, "oken", std::nullopt});
    sha256_digest near = digest;
    near.back() ^= std::byte{1};
    EXPECT_FALSE(find_bearer(tx(), near));
    EXPECT_FALSE(find_bearer(tx(), sha256("")));
}

TEST_F(credentials_test, a_digest_is_unique) {
    insert_secret(tx(), here.id, {digest, "oken", std::nullopt});
    EXPECT_THROW(insert_secret(tx(), elsewhere.id, {digest, "oken", std::nullopt}), sql::failure);
}

TEST_F(credentials_test, a_token_of_a_disabled_directory_is_found_and_says_so) {
    insert_secret(tx(), here.id, {digest, "oken", std::nullopt});
    tenants::set_directory_enabled(tx(), here.organization, here.id, false);
    EXPECT_FALSE(find_bearer(tx(), digest)->directory.is_enabled);
}

TEST_F(credentials_test, a_secret_is_revoked_once_and_only_by_its_directory) {
    const auto made = insert_secret(tx(), here.id, {digest, "oken", std::nullopt});
    EXPECT_FALSE(revoke_secret(tx(), elsewhere.id, made.id));
    EXPECT_FALSE(find_bearer(tx(), digest)->revoked);
    const time_point revoked = tx().now();
    EXPECT_TRUE(revoke_secret(tx(), here.id, made.id));
    store.advance(1h);
    EXPECT_FALSE(revoke_secret(tx(), here.id, made.id));
    EXPECT_EQ(find_bearer(tx(), digest)->revoked, revoked);
}

TEST_F(credentials_test, secrets_are_listed_only_for_their_directory) {
    const auto first = insert_secret(tx(), here.id, {digest, "oken", std::nullopt});
    const auto second = insert_secret(tx(), here.id, {sha256("other"), "ther", tx().now()});
    revoke_secret(tx(), here.id, first.id);
    const auto listed = list_secrets(tx(), here.id);
    ASSERT_EQ(listed.size(), 2u);
    EXPECT_EQ(listed[0].id, first.id);
    EXPECT_EQ(listed[0].directory, here.id);
    EXPECT_EQ(listed[0].suffix, "oken");
    EXPECT_EQ(listed[0].created, tx().now());
    EXPECT_EQ(listed[0].expires, std::nullopt);
    EXPECT_EQ(listed[0].revoked, tx().now());
    EXPECT_EQ(listed[0].last_used, std::nullopt);
    EXPECT_EQ(listed[1].id, second.id);
    EXPECT_EQ(listed[1].expires, tx().now());
    EXPECT_EQ(listed[1].revoked, std::nullopt);
    EXPECT_TRUE(list_secrets(tx(), elsewhere.id).empty());
}

TEST_F(credentials_test, secrets_of_users_are_listed_apart_from_the_directory_s) {
    const resource_id anna{7};
    const auto own = insert_secret(tx(), here.id, {digest, "oken", std::nullopt});
    const auto hers = insert_secret(tx(), here.id, {sha256("hers"), "hers", tx().now() + 1h, anna});
    insert_secret(tx(), here.id, {sha256("his"), "0his", std::nullopt, resource_id{8}});
    insert_secret(tx(), elsewhere.id, {sha256("far"), "0far", std::nullopt, anna});
    EXPECT_EQ(find_bearer(tx(), sha256("hers"))->user, anna);
    EXPECT_EQ(find_bearer(tx(), digest)->user, std::nullopt);
    EXPECT_EQ(list_secrets(tx(), here.id).size(), 3u);
    const auto of_directory = list_directory_secrets(tx(), here.id);
    ASSERT_EQ(of_directory.size(), 1u);
    EXPECT_EQ(of_directory[0].id, own.id);
    const auto of_user = list_user_secrets(tx(), here.id, anna);
    ASSERT_EQ(of_user.size(), 1u);
    EXPECT_EQ(of_user[0].id, hers.id);
    EXPECT_EQ(of_user[0].user, anna);
    EXPECT_EQ(count_alive_of_users(tx(), here.id), 2);
    store.advance(1h);
    EXPECT_EQ(count_alive_of_users(tx(), here.id), 1);
    revoke_secret(tx(), here.id, list_secrets(tx(), here.id).at(2).id);
    EXPECT_EQ(count_alive_of_users(tx(), here.id), 0);
}

TEST_F(credentials_test, the_oldest_ended_secrets_of_users_are_deleted) {
    insert_secret(tx(), here.id, {digest, "oken", tx().now()});
    insert_secret(tx(), elsewhere.id, {sha256("far"), "0far", tx().now(), resource_id{7}});
    std::vector<secret_id> ids;
    for (const auto* const name : {"a", "b", "c", "d"})
        ids.push_back(insert_secret(tx(), here.id, {sha256(name), name, tx().now(), resource_id{7}}).id);
    const auto alive = insert_secret(tx(), here.id, {sha256("e"), "e", tx().now() + 1us, resource_id{7}});
    forget_ended_of_users(tx(), here.id, 4);
    EXPECT_EQ(list_user_secrets(tx(), here.id, {7}).size(), 5u);
    forget_ended_of_users(tx(), here.id, 1);
    const auto left = list_user_secrets(tx(), here.id, {7});
    ASSERT_EQ(left.size(), 2u);
    EXPECT_EQ(left[0].id, ids[3]);
    EXPECT_EQ(left[1].id, alive.id);
    EXPECT_EQ(list_directory_secrets(tx(), here.id).size(), 1u) << "the directory's stay";
    EXPECT_EQ(list_secrets(tx(), elsewhere.id).size(), 1u);
}

TEST_F(credentials_test, the_last_use_is_kept_to_the_minute_and_never_goes_back) {
    const auto made = insert_secret(tx(), here.id, {digest, "oken", std::nullopt});
    const time_point noon = std::chrono::sys_days(std::chrono::year(2026) / 2 / 3) + 12h;
    const struct {
        time_point when;
        time_point kept;
    } cases[] = {
            {noon + 59s, noon},
            {noon + 60s, noon + 1min},
            {noon, noon + 1min},
    };
    for (const auto& [when, kept] : cases) {
        set_last_used(tx(), made.id, {when, "192.0.2.7", "agent"});
        EXPECT_EQ(list_secrets(tx(), here.id).at(0).last_used, kept);
    }
}

}  // namespace
}  // namespace scimd::store::credentials
