#include "service/auth/secrets.hpp"

#include "base/json/json.hpp"
#include "service/auth/tokens.hpp"
#include "store/events.hpp"
#include "store/resources.hpp"
#include "support/fixed_random.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::service::secrets {
namespace {

using namespace std::chrono_literals;
namespace tenants = store::tenants;
namespace credentials = store::credentials;

class secrets_test : public testing::Test {
protected:
    store::transaction& tx() { return store.tx(); }

    result<new_secret> make(std::optional<time_point> expires = std::nullopt) {
        return create(tx(), from, random, directory, expires);
    }

    resource_id add_user(const std::string& name) {
        store::resources::index_columns columns;
        columns.unique_key = name;
        return store::resources::insert(tx(), directory.id, "User", "{}", columns)->id;
    }

    result<new_secret> make_for(resource_id user) {
        return create_for_user(tx(), from, random, directory, user_id_text(user), std::nullopt);
    }

    std::size_t alive() {
        std::size_t count = 0;
        for (const auto& one : credentials::list_secrets(tx(), directory.id))
            count += is_alive(one, tx().now()) ? 1 : 0;
        return count;
    }

    // "token_created sec_1" of each event since the last call.
    std::vector<std::string> new_events() {
        std::vector<std::string> types;
        store::events::list_after(tx(), seen, -1, [&](const store::events::event& one) {
            seen = one.id;
            const auto event = parse_json_object(one.body).value();
            const auto* id = find_string(event.at("data").as_object(), "id");
            types.push_back(one.type.substr(one.type.rfind('.') + 1) + " " + std::string(*id));
            return true;
        });
        return types;
    }

    test::temp_store store;
    test::fixed_random random;
    const event_source from{tenants::environment(tx()), "api", {"operator", {}, {}}, {}};
    const tenants::directory directory = store.add_directory();
    event_id seen;
};

TEST_F(secrets_test, a_directory_has_at_most_20_valid_tokens) {
    for (std::size_t i = 0; i < alive_max; ++i)
        ASSERT_TRUE(make(i == 0 ? std::optional(tx().now() + 1h) : std::nullopt)) << i;
    EXPECT_EQ(make().error().code, errc::conflict);
    store.advance(1h);  // one has expired
    const auto made = make();
    ASSERT_TRUE(made);
    EXPECT_EQ(make().error().code, errc::conflict);
    EXPECT_TRUE(revoke(tx(), from, directory, made->row.id));
    EXPECT_TRUE(make());
}

TEST_F(secrets_test, the_users_of_a_directory_have_at_most_1000_valid_tokens) {
    std::vector<resource_id> users;
    for (std::size_t i = 0; i < alive_of_users_max; ++i) {
        if (i % alive_of_user_max == 0)
            users.push_back(add_user(std::to_string(i)));
        ASSERT_TRUE(make_for(users.back())) << i;
    }
    const auto last = add_user("last");
    const auto refused = make_for(last);
    EXPECT_EQ(refused.error().code, errc::conflict);
    EXPECT_EQ(refused.error().detail,
            "The users of the directory have 1000 secrets already; revoke one first.");
    EXPECT_TRUE(make()) << "the directory's are counted for themselves";
    EXPECT_TRUE(revoke(
            tx(), from, directory, credentials::list_user_secrets(tx(), directory.id, users[0]).at(0).id));
    EXPECT_TRUE(make_for(last));
    EXPECT_EQ(make_for(last).error().code, errc::conflict);
}

TEST_F(secrets_test, 1000_expired_or_revoked_tokens_of_users_are_kept) {
    const auto user = add_user("anna");
    for (std::int64_t i = 0; i < ended_of_users_max + 2; ++i)
        ASSERT_TRUE(revoke(tx(), from, directory, make_for(user)->row.id)) << i;
    EXPECT_EQ(credentials::list_user_secrets(tx(), directory.id, user).size(),
            static_cast<std::size_t>(ended_of_users_max) + 1)
            << "the next one makes room";
    ASSERT_TRUE(make_for(user));
    EXPECT_EQ(credentials::list_user_secrets(tx(), directory.id, user).size(),
            static_cast<std::size_t>(ended_of_users_max) + 1);
}

TEST_F(secrets_test, an_expiring_token_of_a_user_is_announced_too) {
    const auto user = add_user("anna");
    const auto made = create_for_user(tx(), from, random, directory, user_id_text(user), tx().now() + 240h)
                              ->row.id.text();
    new_events();
    store.advance(100h);
    EXPECT_EQ(warn_of_expiry(tx(), from, 10), 1U);
    EXPECT_EQ(new_events(), (std::vector<std::string>{"token_expiring " + made}));
}

TEST_F(secrets_test, a_token_is_stored_as_its_digest_and_expires_only_in_the_future) {
    EXPECT_FALSE(make(tx().now()));
    const auto made = make(tx().now() + 1us);
    ASSERT_TRUE(made);
    const auto found = credentials::find_bearer(tx(), *digest_of_token(made->plain.reveal()));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, made->row.id);
    EXPECT_EQ(found->directory.id, directory.id);
    EXPECT_TRUE(made->plain.reveal().ends_with(found->suffix));
}

TEST_F(secrets_test, rotation_keeps_the_old_tokens_valid_for_the_overlap) {
    const auto early = make(tx().now() + 10min)->row.id;
    const auto endless = make()->row.id;
    ASSERT_TRUE(regenerate(tx(), from, random, directory, std::nullopt, 1h));
    EXPECT_EQ(alive(), 3U);
    store.advance(10min);
    EXPECT_EQ(alive(), 2U) << "an overlap does not lengthen a life";
    store.advance(50min - 1us);
    EXPECT_EQ(alive(), 2U);
    store.advance(1us);
    EXPECT_EQ(alive(), 1U);
    EXPECT_FALSE(revoke(tx(), from, directory, secret_id{1}));
    EXPECT_TRUE(revoke(tx(), from, directory, endless)) << "what has expired can still be revoked";
    EXPECT_NE(early, endless);
}

TEST_F(secrets_test, rotation_without_overlap_revokes_the_old_tokens_with_an_event_each) {
    const auto first = make()->row.id.text();
    const auto second = make()->row.id.text();
    new_events();
    const auto made = regenerate(tx(), from, random, directory, std::nullopt, 0s);
    ASSERT_TRUE(made);
    EXPECT_EQ(alive(), 1U);
    EXPECT_EQ(new_events(), (std::vector<std::string>{"token_revoked " + first, "token_revoked " + second,
                                    "token_created " + made->row.id.text()}));
}

TEST_F(secrets_test, expiry_is_announced_7_days_and_1_day_before_once_each) {
    const auto id = make(tx().now() + 240h)->row.id.text();
    new_events();
    store.advance(72h - 1us);
    EXPECT_EQ(warn_of_expiry(tx(), from, 10), 0U);
    store.advance(1us);
    EXPECT_EQ(warn_of_expiry(tx(), from, 10), 1U);
    EXPECT_EQ(warn_of_expiry(tx(), from, 10), 0U);
    store.advance(144h);
    EXPECT_EQ(warn_of_expiry(tx(), from, 10), 1U);
    EXPECT_EQ(warn_of_expiry(tx(), from, 10), 0U);
    EXPECT_EQ(new_events(), (std::vector<std::string>{"token_expiring " + id, "token_expiring " + id}));
}

TEST_F(secrets_test, short_lived_endless_and_revoked_tokens_get_no_warning) {
    make(tx().now() + 24h);                                        // short-lived
    make();                                                        // endless
    const auto revoked = make(tx().now() + 200h)->row.id;          // revoked
    regenerate(tx(), from, random, directory, std::nullopt, 12h);  // replaced
    revoke(tx(), from, directory, revoked);
    new_events();
    for (int hour = 0; hour < 240; ++hour) {
        store.advance(1h);
        EXPECT_EQ(warn_of_expiry(tx(), from, 10), 0U) << hour;
    }
}

TEST_F(secrets_test, after_a_long_downtime_only_the_nearer_warning_is_given) {
    make(tx().now() + 240h);
    store.advance(230h);
    EXPECT_EQ(warn_of_expiry(tx(), from, 10), 1U);
    EXPECT_EQ(warn_of_expiry(tx(), from, 10), 0U);
}

TEST_F(secrets_test, warnings_are_given_in_batches) {
    for (int i = 0; i < 5; ++i)
        make(tx().now() + 240h);
    store.advance(100h);
    EXPECT_EQ(warn_of_expiry(tx(), from, 2), 2U);
    EXPECT_EQ(warn_of_expiry(tx(), from, 2), 2U);
    EXPECT_EQ(warn_of_expiry(tx(), from, 2), 1U);
    EXPECT_EQ(warn_of_expiry(tx(), from, 2), 0U);
}

}  // namespace
}  // namespace scimd::service::secrets
