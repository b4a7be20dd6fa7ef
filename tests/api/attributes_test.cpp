// Declared attributes, where directories have them, and what users show of it.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

class attributes_test : public testing::Test {
protected:
    test::answer declare(std::string_view key, std::string_view datatype, std::string_view more = "") {
        return fixture.operate("POST", definitions,
                R"({"key":")" + std::string(key) + R"(","datatype":")" + std::string(datatype) + "\"" +
                        std::string(more) + "}");
    }

    static std::string mapping(const std::vector<std::pair<std::string, std::string>>& pairs) {
        json::array listed;
        for (const auto& [key, path] : pairs)
            listed.push_back(json::object{{"key", key}, {"map_to", path}});
        return to_text(json::object{{"attributes", std::move(listed)}});
    }

    test::answer map(const std::vector<std::pair<std::string, std::string>>& pairs) {
        return fixture.operate("PUT", directory + "/attributes", mapping(pairs));
    }

    json::value shown() {
        const auto page = fixture.operate("GET", directory + "/users?include_detail=true");
        return page.body.at("users").at(0).at("user_detail").at("custom_attributes");
    }

    test::api_fixture fixture;
    const std::string definitions = "/api/v1/directory-user-attributes";
    const std::string directory =
            "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
};

TEST_F(attributes_test, an_attribute_is_declared_listed_changed_and_withdrawn) {
    const auto made = declare("mobile_phone", "STRING", R"(,"label":"Mobile phone")");
    ASSERT_EQ(made.status, 201) << made.text;
    const json::object expected{{"key", "mobile_phone"}, {"enabled", true}, {"required", false},
            {"label", "Mobile phone"}, {"datatype", "STRING"}, {"category", "CUSTOM"}};
    EXPECT_EQ(made.member("user_attribute"), expected);
    const auto listed = fixture.operate("GET", definitions).body.at("user_attributes").as_array();
    EXPECT_EQ(listed.front().at("category"), "STANDARD");
    EXPECT_EQ(listed.back(), expected);
    const auto changed = fixture.operate("PATCH", definitions + "/mobile_phone", R"({"required":true})");
    EXPECT_EQ(changed.member("user_attribute").at("required"), true);
    EXPECT_EQ(changed.member("user_attribute").at("label"), "Mobile phone");
    EXPECT_EQ(fixture.operate("DELETE", definitions + "/mobile_phone").status, 200);
    EXPECT_EQ(fixture.operate("DELETE", definitions + "/mobile_phone").status, 404);
}

TEST_F(attributes_test, what_is_no_attribute_is_refused_by_name) {
    declare("shoe_size", "NUMBER");
    const std::tuple<std::string_view, int, std::string_view> rows[] = {
            {"1st", 400, "key must have 3 to 25 letters, digits, '-' or '_' and begin with a letter."},
            {"a b", 400, "key must have 3 to 25 letters, digits, '-' or '_' and begin with a letter."},
            {"title", 409, "The attribute title is one of the standard ones."},
            {"shoe_size", 409, "The attribute shoe_size already exists."},
    };
    for (const auto& [key, status, message] : rows) {
        const auto got = declare(key, "STRING");
        EXPECT_EQ(got.status, status) << key;
        EXPECT_EQ(got.text_of("message"), message) << key;
    }
    EXPECT_EQ(declare("abc", "TEXT").status, 400);
    const auto standard = fixture.operate("PATCH", definitions + "/title", "{}");
    EXPECT_EQ(standard.text_of("message"), "A standard attribute cannot be changed.");
    const auto renamed = fixture.operate("PATCH", definitions + "/shoe_size", R"({"key":"size"})");
    EXPECT_EQ(renamed.text_of("message"), "key cannot be changed.");
}

TEST_F(attributes_test, mapped_attributes_are_in_details_and_events_in_their_datatypes) {
    for (const auto& [key, datatype] : {std::pair("home_mail", "STRING"), std::pair("badge", "NUMBER"),
                 std::pair("is_staff", "BOOL"), std::pair("all_mails", "ARRAY"),
                 std::pair("full_name", "OBJECT"), std::pair("absent", "STRING")})
        ASSERT_EQ(declare(key, datatype).status, 201) << key;
    const std::string urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const auto set = map({{"home_mail", R"(emails[type eq "home"].value)"},
            {urn + ":employeeNumber", "badge"},  // the other way round
            {"is_staff", "active"}, {"all_mails", "emails.value"}, {"full_name", "name"},
            {"absent", "nickName"}});
    ASSERT_EQ(set.status, 200) << set.text;
    EXPECT_EQ(set.body.at("attribute_mappings").at("attributes").at(1),
            (json::object{{"key", "badge"}, {"map_to", urn + ":employeeNumber"}}));
    EXPECT_EQ(fixture.operate("GET", directory).member("directory").at("attribute_mappings"),
            set.body.at("attribute_mappings"));
    const auto made = fixture.scim("POST", "/Users",
            R"({"userName":"anna","active":true,"name":{"givenName":"Anna"},"emails":[)"
            R"({"value":"anna@home.acme.com","type":"home"},{"value":"anna@acme.com","type":"work","primary":true}],")" +
                    urn + R"(":{"employeeNumber":"7"}})");
    ASSERT_EQ(made.status, 201) << made.text;
    const json::object expected{{"home_mail", "anna@home.acme.com"}, {"badge", 7}, {"is_staff", true},
            {"all_mails", {"anna@acme.com", "anna@home.acme.com"}}, {"full_name", {{"givenName", "Anna"}}}};
    EXPECT_EQ(shown(), expected) << to_text(shown());
    EXPECT_EQ(fixture.events().back().at("data").at("custom_attributes"), expected);
    fixture.patch("/Users/" + made.text_of("id"), R"([{"op":"replace","path":"nickName","value":"Anni"}])");
    const auto event = fixture.events().back();
    EXPECT_EQ(event.at("changed_attributes"), (json::array{"nickname", "custom_attributes"}));
    EXPECT_EQ(event.at("previous_attributes").at("custom_attributes"), expected);

    fixture.operate("PATCH", definitions + "/badge", R"({"enabled":false})");
    EXPECT_FALSE(find(shown().as_object(), "badge"));
    fixture.operate("DELETE", definitions + "/is_staff");
    EXPECT_FALSE(find(shown().as_object(), "is_staff"));
}

TEST_F(attributes_test, a_mapping_that_is_wrong_changes_nothing) {
    declare("badge", "NUMBER");
    ASSERT_EQ(map({{"badge", "title"}}).status, 200);
    const std::vector<std::pair<std::vector<std::pair<std::string, std::string>>, std::string>> rows{
            {{{"none", "title"}}, "attributes[0].key: there is no such directory user attribute."},
            {{{"badge", "shoes"}}, "attributes[0].map_to: "},
            {{{"badge", "title"}, {"badge", "nickName"}}, "attributes[1]: the key badge is used twice."},
    };
    for (const auto& [pairs, message] : rows) {
        const auto got = map(pairs);
        EXPECT_EQ(got.status, message.find("no such") == std::string::npos ? 400 : 404) << message;
        EXPECT_EQ(got.text_of("message").substr(0, message.size()), message) << got.text;
    }
    EXPECT_EQ(fixture.operate("GET", directory).member("directory").at("attribute_mappings").at("attributes"),
            (json::array{json::object{{"key", "badge"}, {"map_to", "title"}}}));
}

TEST_F(attributes_test, a_preview_shows_the_newest_users_and_what_they_lack) {
    declare("badge", "NUMBER", R"(,"required":true)");
    const auto anna = fixture.make_user("anna", R"(,"title":"7")");
    const auto bert = fixture.make_user("bert", R"(,"title":"seven")");
    const auto carl = fixture.make_user("carl");
    const auto preview = [&](std::string body) {
        return fixture.operate("POST", directory + "/attributes:preview", std::move(body));
    };
    const auto got = preview(mapping({{"badge", "title"}}));
    ASSERT_EQ(got.status, 200) << got.text;
    const auto row = [](const std::string& id, std::string_view name, json::object values,
                             json::array problems) {
        return json::object{{"id", id}, {"preferred_username", name},
                {"custom_attributes", std::move(values)}, {"problems", std::move(problems)}};
    };
    const auto problem = [](std::string_view detail) {
        return json::array{json::object{{"key", "badge"}, {"detail", detail}}};
    };
    const json::array expected{
            row(carl, "carl", {}, problem("The attribute is required and the user has no value for it.")),
            row(bert, "bert", {}, problem("The value is no NUMBER.")), row(anna, "anna", {{"badge", 7}}, {})};
    EXPECT_EQ(got.body.at("users"), expected) << got.text;
    EXPECT_EQ(shown(), json::object());  // nothing was written
    const auto one = preview(R"({"attributes":[],"limit":1})");
    EXPECT_EQ(one.body.at("users").as_array().size(), 1U);
    EXPECT_EQ(preview(R"({"attributes":[],"limit":0})").status, 400);
    EXPECT_EQ(preview(R"({"attributes":[],"limit":101})").status, 400);
    EXPECT_EQ(preview("").text_of("message"), "attributes is required.");
}

TEST_F(attributes_test, a_schema_that_the_directory_has_given_up_shows_nothing) {
    const std::string enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    declare("team", "STRING");
    declare("chief", "STRING");
    declare("motto", "STRING");
    const auto mapped =
            map({{"team", enterprise + ":department"}, {"chief", "manager.value"}, {"motto", "title"}});
    ASSERT_EQ(mapped.status, 200) << mapped.text;
    const auto data = R"(,"title":"t",")" + enterprise + R"(":{"department":"d","manager":{"value":"m"}})";
    fixture.make_user("anna", data);
    const json::object everything{{"team", "d"}, {"chief", "m"}, {"motto", "t"}};
    const json::object rest{{"motto", "t"}};
    EXPECT_EQ(shown(), everything);

    ASSERT_EQ(fixture.operate("PATCH", directory, R"({"schemas":[]})").status, 200);
    EXPECT_EQ(shown(), rest);
    const auto page = fixture.operate("GET", directory + "/users?include_detail=true");
    EXPECT_EQ(page.text.find("department"), std::string::npos) << page.text;
    const auto preview =
            fixture.operate("POST", directory + "/attributes:preview", mapping({{"motto", "title"}}));
    EXPECT_EQ(preview.body.at("users").at(0).at("custom_attributes"), rest);
    const auto refused = fixture.operate(
            "POST", directory + "/attributes:preview", mapping({{"team", enterprise + ":department"}}));
    EXPECT_EQ(refused.status, 400) << refused.text;
    fixture.make_user("bert", data);
    fixture.patch("/Users/" + fixture.scim("GET", "/Users").resources("id").front(),
            R"([{"op":"add","path":"nickName","value":"n"}])");
    const auto published = fixture.events();
    for (const auto& event : {published[published.size() - 2], published.back()}) {
        EXPECT_EQ(event.at("data").at("custom_attributes"), rest) << to_text(event);
        EXPECT_EQ(to_text(event).find("department"), std::string::npos) << to_text(event);
    }

    ASSERT_EQ(fixture.operate("PATCH", directory, R"({"schemas":null})").status, 200);
    EXPECT_EQ(shown(), everything);
}

TEST_F(attributes_test, a_directory_with_mappings_can_be_deleted) {
    declare("badge", "NUMBER");
    map({{"badge", "title"}});
    fixture.operate("PATCH", directory + ":disable");
    ASSERT_EQ(fixture.operate("DELETE", directory).status, 200);
    fixture.work_off();
    EXPECT_EQ(fixture.operate("GET", directory).status, 404);
    EXPECT_EQ(fixture.operate("POST", "/api/v1/check").body.at("findings"), json::array());
}

}  // namespace
}  // namespace scimd::api
