// Holds all that was told in a test against the published schemas.
#pragma once

#include "store/events.hpp"
#include "support/event_schemas.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

namespace scimd::test {

// Fails the test that runs when an event of the store is not as its schema says; of each type the first
// hundred are looked at.
inline void expect_described_events(store::transaction& tx)
{
    constexpr std::int64_t events_max = 100'000;
    constexpr int of_a_type_max = 100;
    std::map<std::string, int> seen;
    store::events::list_after(tx, {}, events_max, [&](const store::events::event& one) {
        if (++seen[one.type] <= of_a_type_max) {
            EXPECT_EQ(why_not_as_described(one.type, one.body), "") << one.body;
        }
        return true;
    });
}

}  // namespace scimd::test
