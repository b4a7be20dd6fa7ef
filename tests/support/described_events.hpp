// Checks the events of a test against the published schemas (schema/events).
#pragma once

#include "store/events.hpp"
#include "support/event_schemas.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>

namespace scimd::test {

// Fails the running test when an event in the store does not match the schema of its type. Checks the first
// hundred of each type.
inline void expect_described_events(store::transaction& tx) {
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
