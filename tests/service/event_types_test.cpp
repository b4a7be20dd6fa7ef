// The list of event types equals the published schemas.
#include "service/events/event_types.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

namespace scimd::service {
namespace {

TEST(event_types, are_exactly_those_with_a_schema) {
    std::set<std::string> described;
    for (const auto& file : std::filesystem::directory_iterator(SCIMD_EVENT_SCHEMA_FOLDER))
        if (file.path().extension() == ".json" && file.path().stem() != "envelope")
            described.insert(file.path().stem().string());
    const auto listed = event_types();
    EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()), described);
}

}  // namespace
}  // namespace scimd::service
