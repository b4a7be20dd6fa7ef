#include "base/crypto/random.hpp"

#include "support/fixed_random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace scimd {
namespace {

std::array<std::byte, 32> draw(random_source& source) {
    std::array<std::byte, 32> bytes{};
    source.fill(bytes);
    return bytes;
}

TEST(system_random, does_not_repeat_itself) {
    const auto source = make_system_random();
    EXPECT_NE(draw(*source), draw(*source));
    EXPECT_NE(draw(*source), draw(*make_system_random()));
}

TEST(system_random, fills_more_than_one_chunk_to_the_end) {
    const auto source = make_system_random();
    std::vector<std::byte> bytes((1 << 20) + 64);
    source->fill(bytes);
    EXPECT_FALSE(std::all_of(bytes.end() - 64, bytes.end(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST(system_random, accepts_an_empty_span) {
    EXPECT_NO_THROW(make_system_random()->fill({}));
}

TEST(fixed_random, is_determined_by_its_seed) {
    test::fixed_random one(1);
    test::fixed_random same(1);
    test::fixed_random other(2);
    const auto first = draw(one);
    EXPECT_EQ(first, draw(same));
    EXPECT_NE(first, draw(other));
    EXPECT_NE(first, draw(one));
}

}  // namespace
}  // namespace scimd
