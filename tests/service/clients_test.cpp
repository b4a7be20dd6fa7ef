#include "service/auth/clients.hpp"

#include "support/fixed_random.hpp"
#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::service::clients {
namespace {

using namespace std::chrono_literals;

class clients_test : public testing::Test {
protected:
    store::transaction& tx() { return store.tx(); }

    created_client make(std::string_view name) {
        return std::move(*create_client(tx(), random, {{}, std::string(name)}));
    }

    std::string fault(store::clients::new_client what) {
        const auto made = create_client(tx(), random, what);
        return made ? "none" : made.error().detail;
    }

    test::temp_store store;
    test::fixed_random random;
};

TEST_F(clients_test, a_client_authenticates_with_each_of_its_secrets_and_with_no_other) {
    const auto one = make("One");
    const auto two = make("Two");
    const auto more = add_secret(tx(), random, one.client.id, std::nullopt);
    const auto id = one.client.id.text();
    EXPECT_TRUE(one.plain.reveal().starts_with("scimd_client_"));
    EXPECT_EQ(authenticate(tx(), id, one.plain.reveal())->client.id, one.client.id);
    EXPECT_EQ(authenticate(tx(), id, more->plain.reveal())->secret, more->row.id);
    EXPECT_FALSE(authenticate(tx(), id, two.plain.reveal()));
    EXPECT_FALSE(authenticate(tx(), two.client.id.text(), one.plain.reveal()));
    for (const auto& wrong : {std::string(), std::string("x"), std::string(one.plain.reveal()) + "x"})
        EXPECT_FALSE(authenticate(tx(), id, wrong)) << wrong;
    for (const auto* const unknown : {"", "skc_1", "skc_", "One", "operator"})
        EXPECT_FALSE(authenticate(tx(), unknown, one.plain.reveal())) << unknown;
}

TEST_F(clients_test, a_client_has_at_most_five_valid_secrets) {
    const auto one = make("One").client.id;
    for (std::size_t i = 1; i < secrets_max - 1; ++i)
        EXPECT_TRUE(add_secret(tx(), random, one, std::nullopt));
    EXPECT_TRUE(add_secret(tx(), random, one, tx().now() + 1h));
    EXPECT_EQ(add_secret(tx(), random, one, std::nullopt).error().code, errc::conflict);
    store.advance(1h);
    EXPECT_TRUE(add_secret(tx(), random, one, std::nullopt)) << "one has expired";
    EXPECT_EQ(store::clients::list_secrets(tx(), one).size(), secrets_max);
}

TEST_F(clients_test, a_client_needs_a_name_and_an_existing_organization) {
    EXPECT_EQ(fault({{}, ""}), "name must have 1 to 200 bytes of text.");
    EXPECT_EQ(fault({{}, "  "}), "name must have 1 to 200 bytes of text.");
    EXPECT_EQ(fault({{}, std::string(201, 'a')}), "name must have 1 to 200 bytes of text.");
    EXPECT_EQ(fault({{}, std::string(200, 'a')}), "none");
    EXPECT_EQ(fault({organization_id{1}, "One"}), "organization_id: the organization was not found.");
    EXPECT_EQ(fault({store.add_directory().organization, "One"}), "none");
}

TEST_F(clients_test, there_are_at_most_a_thousand_clients) {
    for (std::int64_t i = 0; i < clients_max; ++i)
        store::clients::insert(tx(), {{}, "One"});
    EXPECT_EQ(fault({{}, "Another"}), "There are 1,000 clients already; delete one first.");
    store::clients::erase(tx(), store::clients::list(tx(), client_id{0}, 1).front().id);
    EXPECT_EQ(fault({{}, "Another"}), "none");
}

TEST_F(clients_test, the_demo_client_is_created_once_and_its_oldest_secret_is_replaced) {
    const auto first = std::move(*prepare_demo_client(tx(), random));
    for (std::size_t i = 1; i < secrets_max; ++i)
        EXPECT_EQ(prepare_demo_client(tx(), random)->client.id, first.client.id);
    EXPECT_TRUE(authenticate(tx(), first.client.id.text(), first.plain.reveal()));
    const auto last = std::move(*prepare_demo_client(tx(), random));
    EXPECT_FALSE(authenticate(tx(), first.client.id.text(), first.plain.reveal()));
    EXPECT_TRUE(authenticate(tx(), first.client.id.text(), last.plain.reveal()));
    EXPECT_EQ(store::clients::count(tx()), 1);
}

}  // namespace
}  // namespace scimd::service::clients
