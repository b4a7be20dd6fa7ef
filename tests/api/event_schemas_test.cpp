// Every api_fixture checks its published events against the schemas in its destructor; these tests show that
// the check finds what is wrong.
#include "support/event_schemas.hpp"

#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::test {
namespace {

std::string problems_of(const json::object& event) {
    return why_not_as_described(event.at("type").as_string(), to_text(event));
}

class event_schemas : public testing::Test {
protected:
    event_schemas() {
        fixture.make_user("anna");
        event = fixture.events().back();
    }

    api_fixture fixture;
    json::object event;
};

TEST_F(event_schemas, take_an_event_as_it_was_published) {
    EXPECT_EQ(problems_of(event), "");
    EXPECT_EQ(why_not_as_described("organization.unheard_of", to_text(event)),
            "no schema for organization.unheard_of\n");
    EXPECT_NE(why_not_as_described("role.created", to_text(event)), "");
    EXPECT_NE(why_not_as_described("role.created", "{"), "");
}

TEST_F(event_schemas, take_a_large_event_without_what_it_says_is_omitted_and_nothing_else) {
    for (const std::string name : {"raw_attributes", "groups"}) {
        auto without = event;
        without.at("data").as_object().erase(name);
        EXPECT_NE(problems_of(without), "") << name;
        without["omitted"] = {"data.title"};
        EXPECT_NE(problems_of(without), "") << name;
        without["omitted"] = {"data.title", "data." + name};
        EXPECT_EQ(problems_of(without), "") << name;
    }
}

TEST_F(event_schemas, find_each_member_that_is_missing) {
    for (const auto* name : {"spec_version", "id", "type", "object", "display_name", "environment_id",
                 "occurred_at", "context", "data", "organization_id", "directory_id", "sequence", "cursor",
                 "object_version"}) {
        auto without = event;
        without.erase(name);
        EXPECT_NE(why_not_as_described(event.at("type").as_string(), to_text(without)), "") << name;
    }
}

TEST_F(event_schemas, find_each_value_that_is_not_as_described) {
    struct row {
        std::string_view place;  // a JSON pointer
        json::value value;
    };
    for (const auto& [place, value] : {
                 row{"/id", "7"},
                 row{"/spec_version", "2"},
                 row{"/sequence", 0},
                 row{"/sequence", "1"},
                 row{"/occurred_at", "2026-11-23T03:33:45Z"},
                 row{"/cursor", "383"},
                 row{"/object", "DirectoryGroup"},
                 row{"/object_version", 0},
                 row{"/context", json::array()},
                 row{"/context/actor/type", "nobody"},
                 row{"/data/id", "dirgroup_1"},
                 row{"/data/active", "true"},
                 row{"/data/groups", json::array{json::object{{"id", "dirgroup_1"}}}},
                 row{"/data/groups", json::array(101, json::object{{"id", "dirgroup_1"}, {"name", "g"}})},
                 row{"/data/raw_attributes", nullptr},
         }) {
        json::value wrong = event;
        wrong.at_pointer(place) = value;
        EXPECT_NE(problems_of(wrong.as_object()), "") << place << " " << value;
    }
}

}  // namespace
}  // namespace scimd::test
