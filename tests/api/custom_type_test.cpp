// Custom resource types, defined by schemas alone.
#include "support/api_fixture.hpp"
#include "support/sample_schemas.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::test {
namespace {

using texts = std::vector<std::string>;

class custom_type : public testing::Test {
protected:
    // Creates a device with that serial number and the required warranty.
    answer make(std::string_view serial, std::string_view more = "") {
        std::string body = R"({"schemas":["urn:example:Device"],"serial":")" + std::string(serial) + "\"";
        body += R"(,"urn:example:Warranty":{"vendor":"v"})";
        return fixture.scim("POST", "/Devices", body.append(more).append("}"));
    }

    std::vector<std::string> serials(std::string_view query) {
        const auto found = fixture.scim("GET", "/Devices" + std::string(query));
        EXPECT_EQ(found.status, 200) << found.text;
        return found.resources("serial");
    }

    api_fixture fixture{sample_schemas()};
};

TEST_F(custom_type, is_created_read_replaced_patched_and_deleted) {
    const auto made = make("A1", R"(,"cores":4)");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto id = made.text_of("id");
    EXPECT_TRUE(id.starts_with("dirdevice_")) << id;
    const auto place = "/Devices/" + id;
    EXPECT_EQ(made.header("Location"), "https://scim.test" + fixture.base() + place);
    EXPECT_EQ(made.member("meta").at("resourceType"), "Device");
    EXPECT_EQ(made.header("ETag"), "W/\"1\"");
    EXPECT_EQ(fixture.scim("GET", place).text, made.text);

    const auto replaced = fixture.scim("PUT", place,
            R"({"schemas":["urn:example:Device"],"serial":"A2","urn:example:Warranty":{"vendor":"w"}})");
    EXPECT_EQ(replaced.status, 200) << replaced.text;
    EXPECT_EQ(replaced.text_of("serial"), "A2");
    EXPECT_FALSE(replaced.body.contains("cores"));

    const auto patched = fixture.patch(place,
            R"([{"op":"add","path":"ports","value":[{"value":"usb1","speed":5.5}]},
            {"op":"replace","path":"urn:example:Place:floor","value":3}])");
    EXPECT_EQ(patched.status, 200) << patched.text;
    EXPECT_EQ(patched.member("urn:example:Place").at("floor"), 3);
    EXPECT_EQ(patched.header("ETag"), "W/\"3\"");

    EXPECT_EQ(fixture.scim("DELETE", place, "", {{"If-Match", "W/\"1\""}}).status, 412);
    EXPECT_EQ(fixture.scim("DELETE", place).status, 204);
    EXPECT_EQ(fixture.scim("GET", place).status, 404);
}

TEST_F(custom_type, is_filtered_sorted_paged_and_projected) {
    ASSERT_EQ(
            make("c", R"(,"cores":2,"weight":1.5,"active":true,"built":"2026-01-02T00:00:00Z")").status, 201);
    ASSERT_EQ(make("a", R"(,"cores":8,"tags":["red","blue"],"externalId":"x1")").status, 201);
    ASSERT_EQ(
            make("b", R"(,"ports":[{"value":"usb1","speed":5}],"built":"2026-01-01T01:00:00+02:00")").status,
            201);
    const struct {
        std::string_view query;
        texts serials;
    } rows[] = {
            {"", {"c", "a", "b"}},
            {"?sortBy=serial", {"a", "b", "c"}},
            {"?sortBy=cores&sortOrder=descending", {"b", "a", "c"}},
            {"?sortBy=built", {"b", "c", "a"}},
            {"?sortBy=serial&startIndex=2&count=1", {"b"}},
            {"?filter=serial+eq+%22A%22", {"a"}},
            {"?filter=cores+gt+2", {"a"}},
            {"?filter=weight+le+1.5", {"c"}},
            {"?filter=active+eq+true", {"c"}},
            {"?filter=tags+eq+%22RED%22", {"a"}},
            {"?filter=externalId+eq+%22x1%22", {"a"}},
            {"?filter=built+eq+%222025-12-31T23:00:00Z%22", {"b"}},
            {"?filter=ports%5Bvalue+eq+%22USB1%22+and+speed+ge+5%5D", {"b"}},
            {"?filter=urn:example:Warranty:vendor+eq+%22V%22+and+not+(serial+eq+%22a%22)", {"c", "b"}},
    };
    for (const auto& row : rows)
        EXPECT_EQ(serials(row.query), row.serials) << row.query;
    const auto page = fixture.scim("GET", "/Devices?attributes=cores&filter=cores+eq+8");
    const auto& only = page.body.at("Resources").at(0).as_object();
    EXPECT_TRUE(only.contains("cores"));
    EXPECT_FALSE(only.contains("serial"));
    EXPECT_EQ(fixture.scim("GET", "/Devices?filter=userName+eq+%22x%22").status, 400);
}

TEST_F(custom_type, is_discovered) {
    const auto shown = fixture.scim("GET", "/ResourceTypes/Device");
    EXPECT_EQ(shown.text_of("endpoint"), "/Devices");
    EXPECT_EQ(shown.body.at("schemaExtensions").at(0).at("required"), true);
    EXPECT_EQ(fixture.scim("GET", "/Schemas/urn:example:Device").text_of("name"), "Device");
    EXPECT_EQ(fixture.scim("GET", "/ResourceTypes").resources("name"),
            (std::vector<std::string>{"User", "Group", "Device"}));
}

TEST_F(custom_type, needs_no_unique_display_name) {
    EXPECT_EQ(make("a", R"(,"displayName":"same")").status, 201);
    EXPECT_EQ(make("b", R"(,"displayName":"same")").status, 201);
}

TEST_F(custom_type, has_no_active_attribute_unless_its_schema_does) {
    EXPECT_FALSE(make("a").body.contains("active"));
}

TEST_F(custom_type, rejects_a_missing_required_extension) {
    const auto made = fixture.scim("POST", "/Devices", R"({"schemas":["urn:example:Device"],"serial":"a"})");
    EXPECT_EQ(made.status, 400);
    EXPECT_EQ(made.text_of("detail"), "urn:example:Warranty is required.");
}

TEST_F(custom_type, cannot_be_a_member_of_groups) {
    const auto id = make("a").text_of("id");
    const auto number = id.substr(id.find('_') + 1);
    for (const std::string& member : {id, "diruser_" + number}) {
        const auto made = fixture.scim(
                "POST", "/Groups", group_text("g", R"(,"members":[{"value":")" + member + "\"}]"));
        EXPECT_EQ(made.status, 400) << made.text;
        EXPECT_EQ(made.text_of("scimType"), "invalidValue");
    }
}

TEST_F(custom_type, has_its_own_events) {
    const auto id = make("a", R"(,"externalId":"x")").text_of("id");
    fixture.patch("/Devices/" + id, R"([{"op":"replace","path":"cores","value":1}])");
    fixture.scim("DELETE", "/Devices/" + id);
    EXPECT_EQ(fixture.event_types(),
            (std::vector<std::string>{"resource_created", "resource_updated", "resource_deleted"}));
    const auto made = fixture.events().front();
    EXPECT_EQ(made.at("object"), "Device");
    EXPECT_EQ(made.at("display_name"), "Directory Resource Created");
    const auto& data = made.at("data").as_object();
    EXPECT_EQ(data.at("id"), json::value(id));
    EXPECT_EQ(data.at("resource_type"), "Device");
    EXPECT_EQ(data.at("external_id"), "x");
    EXPECT_EQ(data.at("raw_attributes").at("serial"), "a");
}

// The domain gate applies to users only.
TEST_F(custom_type, passes_the_domain_gate) {
    EXPECT_EQ(make("a").status, 201);
    EXPECT_EQ(fixture.scim("POST", "/Users", R"({"userName":"x"})").status, 400);
}

}  // namespace
}  // namespace scimd::test
