// Properties of every PATCH (property-based test): it is atomic, and without a change there is no event and
// no new version.
#include "support/api_fixture.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>
#include <regex>

namespace scimd::api {
namespace {

class patch_property_test : public testing::Test {
protected:
    patch_property_test() {
        for (const auto* const name : {"anna", "bert", "carl"})
            users.push_back(fixture.make_user(name));
        for (const auto* const name : {"Staff", "Board"})
            groups.push_back(fixture.make_group(name));
    }

    const std::string& any(const std::vector<std::string>& of) { return of[random() % of.size()]; }

    std::string user_operation() {
        static const std::vector<std::string> operations = {
                R"({"op":"replace","path":"title","value":"#"})",
                R"({"op":"add","path":"nickName","value":"#"})",
                R"({"op":"remove","path":"title"})",
                R"({"op":"replace","path":"userName","value":"#"})",
                R"({"op":"remove","path":"userName"})",
                R"({"op":"replace","path":"active","value":"maybe"})",
                R"({"op":"replace","value":{"active":"False","name":{"givenName":"#"}}})",
                R"({"op":"replace","value":{"active":true}})",
                R"({"op":"add","path":"emails","value":[{"type":"home","value":"#@acme.com"}]})",
                R"({"op":"replace","path":"emails[type eq \"home\"].value","value":"#@acme.com"})",
                R"({"op":"replace","path":"emails[type eq \"nowhere\"].value","value":"#@acme.com"})",
                R"({"op":"remove","path":"emails[type eq \"home\"]"})",
                R"({"op":"replace","path":"emails[primary eq true].value","value":"#@evil.test"})",
                R"({"op":"add","path":"groups","value":[{"value":"1"}]})",
        };
        auto text = any(operations);
        if (const auto place = text.find('#'); place != std::string::npos)
            text.replace(place, 1, any({"a", "b", "anna", "bert"}));
        return text;
    }

    std::string group_operation() {
        static const std::vector<std::string> operations = {
                R"({"op":"add","path":"members","value":[{"value":"#"}]})",
                R"({"op":"add","path":"members","value":[{"value":"#"},{"value":"diruser_1"}]})",
                R"({"op":"replace","path":"members","value":[{"value":"#"}]})",
                R"({"op":"remove","path":"members[value eq \"#\"]"})",
                R"({"op":"remove","path":"members"})",
                R"({"op":"replace","path":"members[value eq \"#\"].display","value":"D"})",
                R"({"op":"replace","path":"displayName","value":"Staff"})",
                R"({"op":"replace","path":"displayName","value":"Crew"})",
                R"({"op":"replace","path":"displayName","value":""})",
                R"({"op":"remove","path":"id"})",
        };
        auto text = any(operations);
        if (const auto place = text.find('#'); place != std::string::npos)
            text.replace(place, 1, any(random() % 4 == 0 ? groups : users));
        return text;
    }

    // The state that a client can read.
    std::string state() { return fixture.scim("GET", "/Users").text + fixture.scim("GET", "/Groups").text; }

    std::string last_event() {
        const auto page =
                fixture.operate("GET", "/api/v1/events?limit=1000&directory_id=" + fixture.directory +
                                               "&after_sequence=" + std::to_string(seen));
        const auto& events = page.body.at("events").as_array();
        if (!events.empty())
            seen = events.back().at("sequence").as_int64();
        return events.empty() ? std::string() : std::string(events.back().at("type").as_string());
    }

    std::mt19937 random{test::seed()};
    test::api_fixture fixture;
    std::vector<std::string> users;
    std::vector<std::string> groups;
    std::int64_t seen = 0;
};

std::string displays_in(const std::string& state) {
    static const std::regex display(R"re("display":"[^"]*")re");
    std::string found;
    for (std::sregex_iterator at(state.begin(), state.end(), display), end; at != end; ++at)
        found += at->str();
    return found;
}

TEST_F(patch_property_test, a_patch_is_atomic) {
    int changed = 0;
    int unchanged = 0;
    int refused = 0;
    last_event();
    auto before = state();
    for (int i = 0; i < 500; ++i) {
        const bool is_user = i % 2 == 0;
        const auto path = is_user ? "/Users/" + any(users) : "/Groups/" + any(groups);
        std::string operations;
        for (auto count = 1 + random() % 3; count > 0; --count)
            operations += (operations.empty() ? "[" : ",") + (is_user ? user_operation() : group_operation());
        operations += ']';
        SCOPED_TRACE(path + " " + operations);

        const auto version = fixture.scim("GET", path).header("ETag");
        fixture.clock.advance(std::chrono::seconds(1));
        const auto answer = fixture.patch(path, operations);
        const auto after = state();
        const auto event = last_event();
        const auto version_after = fixture.scim("GET", path).header("ETag");
        if (answer.status >= 400) {
            ++refused;
            ASSERT_EQ(after, before) << answer.text;
            // The only event of a rejected PATCH is the rejection by the domain gate.
            ASSERT_TRUE(event.empty() || event.ends_with("user_rejected")) << event;
        } else if (version_after == version) {
            ++unchanged;
            ASSERT_EQ(after, before) << answer.text;
            ASSERT_EQ(event, "");
        } else {
            ++changed;
            ASSERT_NE(after, before);
            // A change of nothing but the display of a member causes no event.
            ASSERT_TRUE(!event.empty() || displays_in(after) != displays_in(before));
        }
        if (answer.status == 200) {
            ASSERT_EQ(fixture.scim("GET", path).text, answer.text);
        }
        before = after;
    }
    EXPECT_GT(changed, 50);
    EXPECT_GT(unchanged, 5);
    EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace scimd::api
