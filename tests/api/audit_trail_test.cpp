// The audit log: what is written by whom, and what is not in it.
#include "api/management/audit_trail.hpp"

#include "api/openapi.hpp"
#include "api/pipeline.hpp"
#include "support/api_fixture.hpp"
#include "support/openapi_description.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

// The least that a schema takes.
json::value least_of(const json::object& given) {
    const auto& schema = test::served_description().resolved(given);
    if (const auto* choices = find_array(schema, "enum"))
        return choices->front();
    const auto bound = [&](std::string_view name) {
        const auto* value = find(schema, name);
        return value ? value->as_int64() : 0;
    };
    const auto* type = find_string(schema, "type");
    if (!type || *type == "string")
        return json::string(
                std::string(static_cast<std::size_t>(std::max<std::int64_t>(bound("minLength"), 1)), 'x'));
    if (*type == "integer" || *type == "number")
        return bound("minimum");
    if (*type == "boolean")
        return false;
    if (*type == "array")
        return json::array(
                static_cast<std::size_t>(bound("minItems")), least_of(*find_object(schema, "items")));
    json::object made;
    if (const auto* required = find_array(schema, "required"))
        for (const auto& name : *required)
            made[name.get_string()] = least_of(schema.at("properties").at(name.get_string()).as_object());
    return made;
}

std::string least_body(const route& row) {
    const auto* schema = test::served_description().body_schema(row.method, row.path);
    return schema ? to_text(least_of(*schema)) : "{}";
}

class audit_trail_test : public testing::Test {
protected:
    std::vector<json::object> entries(std::string_view query = "") {
        const auto page = fixture.operate("GET", "/api/v1/audit-log" + std::string(query));
        EXPECT_EQ(page.status, 200) << page.text;
        std::vector<json::object> listed;
        for (const auto& entry : page.body.at("entries").as_array())
            listed.push_back(entry.as_object());
        return listed;
    }

    json::object newest() { return entries("?page_size=1").at(0); }

    static std::string text(const json::object& entry, std::string_view name) {
        const auto* value = find_string(entry, name);
        return value ? std::string(*value) : "none";
    }

    test::answer as_client(std::string_view method, std::string_view target, std::string_view body = "") {
        return fixture.call(method, target, body, {{"Authorization", "Bearer " + token}});
    }

    test::api_fixture fixture;
    const test::api_client client = fixture.make_client("Billing");
    const std::string token = fixture.make_access_token(client);
    const std::string directory_path =
            "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
};

TEST_F(audit_trail_test, a_creation_tells_who_made_what) {
    const auto made = as_client("POST", "/api/v1/organizations", R"({"display_name":"New"})");
    ASSERT_EQ(made.status, 201);
    const std::string id(made.member("organization").at("id").as_string());
    const auto entry = newest();
    EXPECT_EQ(text(entry, "actor"), client.id);
    EXPECT_EQ(text(entry, "method"), "POST");
    EXPECT_EQ(text(entry, "route"), "/api/v1/organizations");
    EXPECT_EQ(text(entry, "organization_id"), id);
    EXPECT_EQ(entry.at("targets").at("organization").as_string(), id);
    EXPECT_EQ(text(entry, "address"), "192.0.2.7");
    EXPECT_EQ(text(entry, "request_id"), "request-1");
    EXPECT_EQ(entry.at("status").as_int64(), 201);
    EXPECT_TRUE(entry.at("before").is_null());
    EXPECT_EQ(entry.at("after"), json::value(made.body));
    EXPECT_TRUE(text(entry, "time").starts_with("2026-01-02T"));
}

TEST_F(audit_trail_test, what_was_made_is_named_however_it_is_shown) {
    const auto hook =
            fixture.operate("POST", "/api/v1/webhook-endpoints", R"({"url":"https://example.com/a"})");
    EXPECT_EQ(newest().at("targets"), (json::object{{"webhook", hook.text_of("id")}}));
    fixture.operate("POST", "/api/v1/webhook-endpoints/" + hook.text_of("id") + ":disable");
    EXPECT_EQ(newest().at("targets"), (json::object{{"webhook", hook.text_of("id")}}));
    const auto role = fixture.operate("POST", "/api/v1/roles", R"({"name":"chief"})");
    EXPECT_EQ(newest().at("targets"), (json::object{{"role", role.member("role").at("id")}}));
}

TEST_F(audit_trail_test, a_change_tells_what_was_before_and_what_is_after) {
    fixture.operate("PATCH", directory_path, R"({"domain_policy":"off"})");
    auto entry = newest();
    EXPECT_EQ(text(entry, "actor"), "operator");
    EXPECT_EQ(text(entry, "directory_id"), fixture.directory);
    EXPECT_EQ(text(entry, "organization_id"), fixture.organization);
    EXPECT_EQ(entry.at("before").at("directory").at("domain_policy").as_string(), "reject");
    EXPECT_EQ(entry.at("after").at("directory").at("domain_policy").as_string(), "off");

    fixture.operate("PATCH", "/api/v1/organizations/-/directories/" + fixture.directory + ":disable");
    entry = newest();
    EXPECT_EQ(text(entry, "organization_id"), fixture.organization) << "though the path did not say so";
    EXPECT_TRUE(entry.at("before").at("directory").at("enabled").as_bool());
    EXPECT_FALSE(entry.at("after").at("directory").at("enabled").as_bool());

    fixture.operate("DELETE", "/api/v1/organizations/" + fixture.organization + "/domains/" + fixture.domain);
    entry = newest();
    EXPECT_EQ(entry.at("before").at("domain").at("domain").as_string(), "acme.com");
    EXPECT_TRUE(entry.at("after").is_null());
}

TEST_F(audit_trail_test, a_refused_change_is_told_with_its_reason_and_leaves_nothing_else) {
    const std::string twice = R"({"display_name":"New","external_id":"1"})";
    ASSERT_EQ(as_client("POST", "/api/v1/organizations", twice).status, 201);
    const auto before = fixture.operate("GET", "/api/v1/organizations").text;
    EXPECT_EQ(as_client("POST", "/api/v1/organizations", twice).status, 409);
    const auto entry = newest();
    EXPECT_EQ(entry.at("status").as_int64(), 409);
    EXPECT_NE(text(entry, "message").find("external_id"), std::string::npos);
    EXPECT_FALSE(entry.contains("before"));
    EXPECT_FALSE(entry.contains("after"));
    EXPECT_EQ(fixture.operate("GET", "/api/v1/organizations").text, before);
}

TEST_F(audit_trail_test, reading_and_unknown_callers_leave_no_entry) {
    const auto before = entries().size();
    fixture.operate("GET", directory_path);
    as_client("GET", "/api/v1/organizations");
    fixture.call("POST", "/api/v1/organizations", R"({"display_name":"New"})");
    fixture.scim("POST", "/Users", test::user_text("anna"));
    EXPECT_EQ(entries().size(), before);
}

TEST_F(audit_trail_test, a_repeat_under_an_idempotency_key_leaves_no_entry) {
    const auto send = [&](std::string_view target, std::string_view body) {
        return fixture.call(
                "POST", target, body, {{"Authorization", "Bearer " + token}, {"Idempotency-Key", "key"}});
    };
    const std::string organizations = "/api/v1/organizations";
    const std::string acme = R"({"display_name":"New"})";
    ASSERT_EQ(send(organizations, acme).status, 201);
    const auto written = entries().size();
    EXPECT_EQ(send(organizations, acme).status, 201);
    EXPECT_EQ(entries().size(), written);
    EXPECT_EQ(send(organizations, R"({"display_name":"Other"})").status, 409);
    EXPECT_EQ(entries().size(), written + 1) << "another request, which is refused";
}

TEST_F(audit_trail_test, no_secret_is_in_it) {
    const auto made = fixture.operate("POST", directory_path + "/secrets");
    const auto demo = fixture.operate("POST", "/api/v1/demo");
    const auto page = fixture.operate("GET", "/api/v1/audit-log?page_size=1000").text;
    for (const auto& text : {made.text_of("plain_secret"), demo.text_of("bearer_token"),
                 demo.text_of("client_secret"), client.secret, fixture.token, token}) {
        ASSERT_FALSE(text.empty());
        EXPECT_EQ(page.find(text), std::string::npos);
    }
    EXPECT_NE(page.find(R"("plain_secret":"[withheld]")"), std::string::npos);
}

TEST_F(audit_trail_test, the_values_of_headers_are_not_in_it) {
    const std::string body =
            R"({"url":"https://example.com/a","headers":{"X-Api-Key":"of-theirs","X-Tenant":"of-theirs"}})";
    const auto hook = fixture.operate("POST", "/api/v1/webhook-endpoints", body);
    const auto path = "/api/v1/webhook-endpoints/" + hook.text_of("id");
    fixture.operate("PATCH", path, R"({"headers":{"X-Api-Key":"of-theirs"}})");
    fixture.operate("POST", path + ":disable");
    fixture.operate("DELETE", path);
    const auto page = fixture.operate("GET", "/api/v1/audit-log?page_size=1000").text;
    EXPECT_EQ(page.find("of-theirs"), std::string::npos);
    EXPECT_NE(
            page.find(R"("headers":{"X-Api-Key":"[withheld]","X-Tenant":"[withheld]"})"), std::string::npos);
}

TEST_F(audit_trail_test, what_is_secret_is_known_by_its_name_at_any_depth) {
    json::value document = parse_json(
            R"({"client_secret":"a","secrets":[{"secret":"b","secret_suffix":"c","id":"sec_1"}],"link":{"location":"d"},)"
            R"("access_token":"e","tokens":{"x":"f"},"has_secret":true,"last_used_time":"g"})")
                                   .value();
    redact(document);
    EXPECT_EQ(to_text(document),
            R"({"client_secret":"[withheld]","secrets":[{"secret":"[withheld]","secret_suffix":"c","id":"sec_1"}],)"
            R"("link":{"location":"[withheld]"},"access_token":"[withheld]","tokens":{"x":"f"},"has_secret":true,)"
            R"("last_used_time":"g"})");
}

TEST_F(audit_trail_test, filters_and_pages_find_what_is_asked_for) {
    const auto other = fixture.make_organization("Other");
    fixture.clock.advance(1h);
    as_client("PATCH", directory_path, R"({"domain_policy":"off"})");
    as_client("PATCH", directory_path, R"({"domain_policy":"reject"})");
    EXPECT_EQ(entries("?actor=" + client.id).size(), 2U);
    EXPECT_EQ(entries("?organization_id=" + other).size(), 1U);
    EXPECT_EQ(entries("?directory_id=" + fixture.directory + "&actor=operator").size(), 2U)
            << "made, and its token";
    EXPECT_EQ(entries("?since=2026-01-02T04:04:05Z").size(), 2U);
    EXPECT_EQ(entries("?since=2126-01-02T04:04:05Z").size(), 0U);

    const auto all = entries("?page_size=1000");
    std::vector<json::object> paged;
    std::string next;
    do {
        const auto page = fixture.operate("GET", "/api/v1/audit-log?page_size=2&page_token=" + next);
        for (const auto& entry : page.body.at("entries").as_array())
            paged.push_back(entry.as_object());
        next = page.text_of("next_page_token");
    } while (!next.empty());
    EXPECT_EQ(paged, all);

    for (const auto* const bad : {"?page_size=0", "?page_size=1001", "?page_token=x", "?page_token=0",
                 "?since=yesterday", "?organization_id=dir_1", "?directory_id=1"}) {
        const auto got = fixture.operate("GET", "/api/v1/audit-log" + std::string(bad));
        EXPECT_EQ(got.status, 400) << bad;
        const std::string name(bad + 1, std::string_view(bad).find('=') - 1);
        EXPECT_NE(got.text_of("message").find(name), std::string::npos) << got.text;
    }
    const std::string long_actor = "?actor=" + std::string(65, 'a');
    EXPECT_EQ(fixture.operate("GET", "/api/v1/audit-log" + long_actor).status, 400);
    EXPECT_EQ(entries(long_actor.substr(0, long_actor.size() - 1)).size(), 0U);
}

TEST_F(audit_trail_test, the_entry_is_written_with_its_change_or_not_at_all) {
    EXPECT_TRUE(fixture.database->check().empty());
    const auto entry = newest();
    EXPECT_EQ(text(entry, "digest").size(), 64U);
}

// A handler that is added is in it without having thought of it.
TEST_F(audit_trail_test, every_writing_route_of_the_table_leaves_an_entry) {
    for (const auto& row : routes()) {
        if (!is_of_management(row.who) || row.method == "GET")
            continue;
        if (row.does == effect::none || row.path == "/api/v1/backup")
            continue;  // they change nothing
        SCOPED_TRACE(std::string(row.method) + " " + std::string(row.path));
        std::string path(row.path);
        const std::pair<std::string_view, std::string> values[] = {{"{organization}", fixture.organization},
                {"{directory}", fixture.directory}, {"{id}", "x_1"}, {"{secret}", "sec_1"},
                {"{webhook}", "whe_1"}, {"{event}", "evt_1"}};
        for (const auto& [name, value] : values)
            if (const auto at = path.find(name); at != std::string::npos)
                path.replace(at, name.size(), value);
        const auto got = fixture.operate(row.method, path, least_body(row));
        const auto entry = newest();
        EXPECT_EQ(text(entry, "route"), row.path);
        EXPECT_EQ(text(entry, "method"), row.method);
        EXPECT_EQ(entry.at("status").as_int64(), got.status);
    }
}

}  // namespace
}  // namespace scimd::api
