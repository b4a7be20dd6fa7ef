#include "store/idempotency.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::store::idempotency {
namespace {

using namespace std::chrono_literals;

class idempotency_store_test : public testing::Test {
protected:
    void add(const std::string& key) { keep(store.tx(), key, {"digest", 200, "{}"}); }

    test::temp_store store;
};

TEST_F(idempotency_store_test, expired_responses_are_deleted_in_batches) {
    for (int i = 0; i < 25; ++i)
        add("old" + std::to_string(i));
    store.advance(kept_for - 1us);
    add("young");
    EXPECT_FALSE(has_old(store.tx()));
    EXPECT_EQ(forget_old(store.tx(), 10), 0);
    store.advance(1us);
    EXPECT_TRUE(has_old(store.tx()));
    EXPECT_EQ(forget_old(store.tx(), 10), 10);
    EXPECT_EQ(forget_old(store.tx(), 20), 15);
    EXPECT_FALSE(has_old(store.tx()));
    EXPECT_TRUE(find(store.tx(), "young"));
}

TEST_F(idempotency_store_test, storing_a_response_deletes_a_few_expired_ones_and_may_reuse_a_key) {
    for (int i = 0; i < 25; ++i)
        add("old" + std::to_string(i));
    store.advance(kept_for);
    EXPECT_FALSE(find(store.tx(), "old24"));
    add("old24");
    EXPECT_TRUE(find(store.tx(), "old24"));
    const auto left = forget_old(store.tx(), 100);
    EXPECT_GT(left, 0) << "the retention job deletes the rest";
    EXPECT_LT(left, 24);
}

}  // namespace
}  // namespace scimd::store::idempotency
