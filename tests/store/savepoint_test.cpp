#include "store/engine/savepoint.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

namespace scimd::store {
namespace {

constexpr sql::statement make_numbers{"make", "create temp table numbers (n integer)"};
constexpr sql::statement add_number{"add", "insert into numbers values ($1)"};
constexpr sql::statement sum_numbers{"sum", "select coalesce(sum(n), 0) from numbers"};

class savepoint_test : public testing::Test {
protected:
    savepoint_test() { store.tx().sql().run(make_numbers); }

    void add(std::int64_t number) { store.tx().sql().run(add_number, {number}); }

    std::int64_t sum() {
        std::int64_t total = 0;
        store.tx().sql().run(sum_numbers, {}, [&](const sql::row& row) { total = row.integer(0); });
        return total;
    }

    test::temp_store store;
};

TEST_F(savepoint_test, a_part_that_is_rolled_back_leaves_what_was_before_and_what_comes_after) {
    add(1);
    attempt(store.tx(), [&] {
        add(2);
        EXPECT_EQ(sum(), 3);
        return verdict::rollback;
    });
    EXPECT_EQ(sum(), 1);
    attempt(store.tx(), [&] {
        add(4);
        return verdict::commit;
    });
    EXPECT_EQ(sum(), 5);
}

TEST_F(savepoint_test, an_outer_part_takes_its_inner_ones_along) {
    attempt(store.tx(), [&] {
        add(1);
        attempt(store.tx(), [&] {
            add(2);
            return verdict::commit;
        });
        attempt(store.tx(), [&] {
            add(4);
            return verdict::rollback;
        });
        EXPECT_EQ(sum(), 3);
        return verdict::rollback;
    });
    EXPECT_EQ(sum(), 0);
}

}  // namespace
}  // namespace scimd::store
