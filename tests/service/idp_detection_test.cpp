// Detection of identity providers: the recorded requests of conformance/idp, and each fingerprint alone.
#include "service/request_log/idp_detection.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace scimd::service {
namespace {

using store::tenants::detection;
using store::tenants::scim_mode;

const std::map<std::string, std::string> provider_of_folder = {
        {"entra", "MICROSOFT_AD"},
        {"google", "GOOGLE"},
        {"jumpcloud", "JUMPCLOUD"},
        {"okta", "OKTA"},
        {"onelogin", "ONELOGIN"},
        {"ping", "PING_IDENTITY"},
};

json::value read_file(const std::filesystem::path& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return parse_json(text.str(), {.depth_max = 64, .nodes_max = SIZE_MAX}).value();
}

std::string text_or(const json::object& object, std::string_view name, std::string_view fallback) {
    const auto* text = find_string(object, name);
    return std::string(text ? std::string_view(*text) : fallback);
}

// Detects the provider of one step as it is sent: headers of the step override those of the case.
std::optional<idp_detection> detect_step(const json::object& conversation, const json::object& request) {
    std::optional<std::string> agent;
    for (const auto* holder : {&conversation, &request})
        if (const auto* headers = find_object(*holder, "headers"))
            if (const auto* value = find(*headers, "User-Agent"))
                agent = value->is_string() ? std::optional(std::string(value->get_string())) : std::nullopt;
    std::string target = text_or(request, "path", "");
    if (const auto* query = find_object(request, "query"))
        for (const auto& [name, value] : *query) {
            target += target.find('?') == std::string::npos ? '?' : '&';
            target.append(name).append("=").append(std::string_view(value.as_string()));
        }
    const auto* body = find_object(request, "body");
    return detect_idp({.method = text_or(request, "method", ""),
            .user_agent = agent ? std::optional<std::string_view>(*agent) : std::nullopt,
            .target = target,
            .body = body});
}

TEST(idp_detection_test, recorded_requests_are_never_attributed_to_another_provider) {
    std::map<std::string, int> detected;
    std::size_t steps = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(SCIMD_CONFORMANCE_IDP)) {
        if (entry.path().extension() != ".json")
            continue;
        const std::string folder = entry.path().parent_path().filename().string();
        const json::value conversations = read_file(entry.path());
        for (const auto& conversation : conversations.as_array())
            for (const auto& step : conversation.at("steps").as_array()) {
                ++steps;
                const auto seen = detect_step(conversation.as_object(), step.at("request").as_object());
                if (!seen)
                    continue;
                EXPECT_EQ(seen->provider, provider_of_folder.at(folder)) << to_text(step);
                ++detected[folder];
            }
    }
    EXPECT_GT(steps, 100U);
    for (const auto& [folder, provider] : provider_of_folder)
        EXPECT_GT(detected[folder], 0) << folder << " is never detected";
}

struct recorded_request {
    const char* claim;
    const char* method;
    std::optional<std::string_view> agent;
    const char* target;
    const char* body;  // nullptr: none
    const char* provider;
    bool is_certain;
};

constexpr std::string_view curl = "curl/8.5.0";

void expect_detection(const recorded_request& each) {
    SCOPED_TRACE(each.claim);
    const auto body = each.body ? parse_json_object(each.body).value() : json::object();
    const auto seen = detect_idp({.method = each.method,
            .user_agent = each.agent,
            .target = each.target,
            .body = each.body ? &body : nullptr});
    if (!each.provider) {
        EXPECT_FALSE(seen) << seen->provider << " by " << seen->by;
        return;
    }
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->provider, each.provider);
    EXPECT_EQ(seen->is_certain, each.is_certain);
    EXPECT_FALSE(seen->by.empty());
}

TEST(idp_detection_test, providers_that_name_themselves_are_certain) {
    const recorded_request rows[] = {
            {"okta", "GET", "Okta SCIM Client 1.0.0", "/Users", nullptr, "OKTA", true},
            {"okta's tests", "GET", "OKTA SCIM Integration", "/Users", nullptr, "OKTA", true},
            {"google", "GET", "Google-Auto-Provisioning", "/Users?count=1", nullptr, "GOOGLE", true},
            {"jumpcloud", "GET", "JumpCloud/1.0", "/Users", nullptr, "JUMPCLOUD", true},
            {"onelogin", "GET", "onelogin", "/Users", nullptr, "ONELOGIN", true},
            {"ping federate", "GET", "PingFederate 11", "/Users", nullptr, "PING_IDENTITY", true},
            {"ping one", "GET", "PingOne", "/Users", nullptr, "PING_IDENTITY", true},
            {"auth0", "GET", "Auth0", "/Users", nullptr, "AUTH0", true},
            {"entra's flag", "GET", curl, "/Users?aadOptscim062020", nullptr, "MICROSOFT_AD", true},
            {"entra's other flag", "GET", {}, "/Users?AzureAdScimPatch2017&count=1", nullptr, "MICROSOFT_AD",
                    true},
            {"entra's group", "POST", {}, "/Groups",
                    R"({"schemas": ["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"]})",
                    "MICROSOFT_AD", true},
            {"a name takes precedence over fingerprints", "PATCH", "Okta SCIM Client 1.0.0", "/Users/1",
                    R"({"Operations": [{"op": "Replace", "path": "active", "value": "False"}]})", "OKTA",
                    true},
    };
    for (const recorded_request& each : rows)
        expect_detection(each);
}

TEST(idp_detection_test, a_user_agent_alone_names_its_provider_or_none) {
    EXPECT_EQ(detect_by_user_agent("Okta SCIM Client 1.0.0").value().provider, "OKTA");
    EXPECT_EQ(detect_by_user_agent("Google-Auto-Provisioning").value().provider, "GOOGLE");
    EXPECT_EQ(detect_by_user_agent("curl/8"), std::nullopt);
    EXPECT_EQ(detect_by_user_agent(""), std::nullopt);
}

TEST(idp_detection_test, fingerprints_identify_the_provider) {
    const recorded_request rows[] = {
            {"Replace", "PATCH", curl, "/Users/1",
                    R"({"Operations": [{"op": "Replace", "path": "title", "value": "T"}]})", "MICROSOFT_AD",
                    false},
            {"$ref null", "PATCH", {}, "/Groups/1",
                    R"({"Operations": [{"op": "add", "path": "members", "value": [{"$ref": null, "value": "1"}]}]})",
                    "MICROSOFT_AD", false},
            {"the manager as text", "PATCH", {}, "/Users/1",
                    R"({"Operations": [{"op": "add", "value": "1",
             "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"}]})",
                    "MICROSOFT_AD", false},
            {"roles with True", "POST", {}, "/Users",
                    R"({"userName": "u", "roles": [{"primary": "True", "value": "v"}]})", "MICROSOFT_AD",
                    false},
            {"the misspelt URN", "POST", {}, "/Users",
                    R"({"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0User"]})",
                    "MICROSOFT_AD", false},
            {"meta in a new user", "POST", {}, "/Users",
                    R"({"userName": "u", "meta": {"resourceType": "User"}})", "MICROSOFT_AD", false},
            {"plus signs without a User-Agent", "GET", {}, "/Users?filter=userName+eq+%22g%22", nullptr,
                    "MICROSOFT_AD", false},
            {"okta's ids", "POST", {}, "/Users", R"({"externalId": "00ujl29u0le5T6Aj10h7"})", "OKTA", false},
            {"groups renamed with their id", "PATCH", {}, "/Groups/1",
                    R"({"Operations": [{"op": "replace", "value": {"id": "1", "displayName": "N"}}]})",
                    "OKTA", false},
            {"ids of jumpcloud", "POST", {}, "/Users", R"({"externalId": "664447f5c0c418f2d05e5318"})",
                    "JUMPCLOUD", false},
            {"null emails", "PUT", {}, "/Users/1", R"({"emails": null})", "JUMPCLOUD", false},
            {"members removed by value", "PATCH", {}, "/Groups/1",
                    R"({"Operations": [{"op": "remove", "path": "members", "value": [{"value": "1"}]}]})",
                    "JUMPCLOUD", false},
            {"scim 1", "POST", {}, "/Users", R"({"schemas": ["urn:scim:schemas:core:1.0"]})", "ONELOGIN",
                    false},
            {"emails as an object", "POST", {}, "/Users", R"({"emails": {"value": "a"}})", "ONELOGIN", false},
            {"an empty User-Agent", "GET", "", "/Users", nullptr, "ONELOGIN", false},
            {"the operator Eq", "GET", curl, "/Users?filter=userName%20Eq%20%22p%22", nullptr,
                    "PING_IDENTITY", false},
    };
    for (const recorded_request& each : rows)
        expect_detection(each);
}

TEST(idp_detection_test, standard_requests_identify_no_provider) {
    const recorded_request rows[] = {
            {"a look-up", "GET", curl, "/Users?filter=userName%20eq%20%22p%22", nullptr, nullptr, false},
            {"plus signs with a User-Agent", "GET", curl, "/Users?filter=userName+eq+%22p%22", nullptr,
                    nullptr, false},
            {"no User-Agent", "GET", {}, "/Users?count=1", nullptr, nullptr, false},
            {"a standard user", "POST", curl, "/Users",
                    R"({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "u", "externalId": "7",
             "emails": [{"value": "a", "primary": true}], "roles": [{"primary": true}]})",
                    nullptr, false},
            {"a resource put back", "PUT", curl, "/Users/1",
                    R"({"id": "1", "meta": {"resourceType": "User"}, "userName": "u", "groups": []})",
                    nullptr, false},
            {"a standard patch", "PATCH", {}, "/Users/1",
                    R"({"Operations": [{"op": "replace", "path": "active", "value": false},
             {"op": "remove", "path": "members[value eq \"1\"]"},
             {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"},
             {"op": "add", "value": {"displayName": "N"}},
             {"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
              "value": {"value": "7"}}]})",
                    nullptr, false},
            {"no operations", "PATCH", {}, "/Users/1", R"({"Operations": "x"})", nullptr, false},
            {"odd operations", "PATCH", {}, "/Users/1",
                    R"({"Operations": [1, {"op": 2, "path": 3, "value": [4]}]})", nullptr, false},
    };
    for (const recorded_request& each : rows)
        expect_detection(each);
}

TEST(idp_detection_test, a_detection_is_replaced_only_by_a_better_one) {
    using namespace std::chrono_literals;
    const time_point then{};
    const detection fingerprint{"JUMPCLOUD", "", false, then};
    const detection name{"OKTA", "", true, then};
    const idp_detection okta_fingerprint{"OKTA", "", false};
    const idp_detection okta_name{"OKTA", "", true};
    const idp_detection entra_fingerprint{"MICROSOFT_AD", "", false};
    const idp_detection entra_name{"MICROSOFT_AD", "", true};

    EXPECT_TRUE(should_replace(okta_fingerprint, std::nullopt, then));
    EXPECT_FALSE(should_replace({"JUMPCLOUD", "", false}, fingerprint, then + 48h)) << "known already";
    EXPECT_TRUE(should_replace({"JUMPCLOUD", "", true}, fingerprint, then)) << "surer than before";
    EXPECT_FALSE(should_replace(okta_fingerprint, name, then + 48h)) << "less sure of the same";
    EXPECT_FALSE(should_replace(okta_name, name, then + 48h));

    EXPECT_FALSE(should_replace(okta_fingerprint, fingerprint, then + detection_interval - 1us));
    EXPECT_TRUE(should_replace(okta_fingerprint, fingerprint, then + detection_interval));
    EXPECT_TRUE(should_replace(entra_name, fingerprint, then)) << "a name against a fingerprint, at once";
    EXPECT_FALSE(should_replace(entra_name, name, then + detection_interval - 1us));
    EXPECT_TRUE(should_replace(entra_name, name, then + detection_interval));
    EXPECT_FALSE(should_replace(entra_fingerprint, name, then + certainty_lasts - 1us));
    EXPECT_TRUE(should_replace(entra_fingerprint, name, then + certainty_lasts));
}

TEST(idp_detection_test, only_a_certain_entra_gets_its_conformance_mode) {
    using scim::conformance_mode;
    const detection sure{"MICROSOFT_AD", "", true, {}};
    const detection unsure{"MICROSOFT_AD", "", false, {}};
    EXPECT_EQ(conformance_mode_of(scim_mode::compat, "", std::nullopt), conformance_mode::compat);
    EXPECT_EQ(conformance_mode_of(scim_mode::compat, "", unsure), conformance_mode::compat);
    EXPECT_EQ(conformance_mode_of(scim_mode::compat, "", sure), conformance_mode::entra);
    EXPECT_EQ(conformance_mode_of(scim_mode::compat, "MICROSOFT_AD", std::nullopt), conformance_mode::entra);
    EXPECT_EQ(conformance_mode_of(scim_mode::compat, "OKTA", sure), conformance_mode::compat)
            << "the configured provider wins";
    EXPECT_EQ(conformance_mode_of(scim_mode::strict, "MICROSOFT_AD", sure), conformance_mode::strict);
}

}  // namespace
}  // namespace scimd::service
