// Who may set which member of a body, and who may call which row: every field and every row of the table with
// every kind of caller.
#include "api/auth/authorize.hpp"
#include "api/auth/field_rules.hpp"
#include "api/openapi.hpp"
#include "api/pipeline.hpp"
#include "support/api_fixture.hpp"
#include "support/openapi_description.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace scimd::api {
namespace {

using service::caller_kind;

constexpr std::array kinds_of_management = {caller_kind::operator_, caller_kind::application_client,
        caller_kind::organization_client, caller_kind::portal_session};

std::string name_of(const route& row) {
    return std::string(row.method) + ' ' + std::string(row.path);
}

service::manager manager_of(caller_kind kind, const service::scope_set& scopes = service::scope_set::all()) {
    return {kind, "a caller", organization_id{1}, scopes};
}

class who_may_decide_test : public testing::Test {
protected:
    test::answer ask(
            caller_kind who, std::string_view method, const std::string& path, const std::string& body) {
        if (who == caller_kind::operator_)
            return fixture.operate(method, path, body);
        const auto& token = who == caller_kind::application_client ? application : bound;
        return fixture.call(method, path, body, {{"Authorization", "Bearer " + token}});
    }

    test::answer as_customer(std::string_view method, const std::string& path, const std::string& body = "") {
        return ask(caller_kind::organization_client, method, owner + path, body);
    }

    std::string filled(std::string_view path) const {
        std::string text(path);
        const std::pair<std::string_view, std::string> values[] = {{"{organization}", fixture.organization},
                {"{directory}", fixture.directory}, {"{role_name}", "clerk"}};
        for (const auto& [name, value] : values)
            if (const auto at = text.find(name); at != std::string::npos)
                text.replace(at, name.size(), value);
        EXPECT_EQ(text.find('{'), std::string::npos) << text;
        return text;
    }

    // A value as described, which is none of those that are open to all callers.
    static json::value sample_of(const json::object& given, const field_rule* rule) {
        const auto& schema = test::served_description().resolved(given);
        if (const auto* values = find_array(schema, "enum")) {
            for (const auto& value : *values) {
                if (!value.is_string())
                    return value;
                const std::string_view text = value.as_string();
                const bool is_open =
                        rule && std::ranges::find(rule->open_values, text) != rule->open_values.end();
                if (!text.empty() && !is_open)
                    return value;
            }
        }
        const auto* type = find(schema, "type");
        const auto* kinds = type ? type->if_array() : nullptr;  // "array" and "null"
        const std::string_view kind = kinds  ? kinds->front().as_string()
                                      : type ? type->as_string()
                                             : std::string_view("string");
        if (kind == "boolean")
            return true;
        if (kind == "integer")
            return 1;
        if (kind == "array")
            return json::array();
        if (kind == "object")
            return json::object();
        return "x";
    }

    using members = std::map<std::string, json::object>;

    // The members of a body, and those of objects in it: "assignments", and "assignments.role_name" of the
    // elements of a list.
    static members members_of(const json::object& schema) {
        members found;
        std::set<const json::object*> seen;  // a schema may refer to itself
        add_members(schema, "", found, seen);
        return found;
    }
    static void add_members(const json::object& given, const std::string& prefix, members& found,
            std::set<const json::object*>& seen) {
        const auto& schema = test::served_description().resolved(given);
        if (!seen.insert(&schema).second)
            return;
        if (const auto* each = find_object(schema, "items"))
            add_members(*each, prefix, found, seen);
        const auto* properties = find_object(schema, "properties");
        if (!properties)
            return;
        for (const auto& [name, property] : *properties) {
            const auto path = prefix + std::string(name);
            found.emplace(path, property.as_object());
            add_members(property.as_object(), path + '.', found, seen);
        }
    }

    static const field_rule* rule_of(const route& row, std::string_view field) {
        const auto rule = std::ranges::find(row.who.fields, field, &field_rule::field);
        return rule == row.who.fields.end() ? nullptr : &*rule;
    }

    // A body with that member, and with those that are required.
    static json::object body_with(const route& row, const json::object& schema, std::string_view field) {
        json::object body;
        const auto& properties = *find_object(schema, "properties");
        if (const auto* required = find_array(schema, "required"))
            for (const auto& name : *required)
                body[name.as_string()] = sample_of(properties.at(name.as_string()).as_object(), nullptr);
        body[field] = sample_of(properties.at(field).as_object(), rule_of(row, field));
        return body;
    }

    void expect_set(bool is_allowed, caller_kind who, const route& row, std::string_view field,
            const json::object& body) {
        ++cells;
        const auto got = ask(who, row.method, filled(row.path), to_text(body));
        EXPECT_EQ(got.status == 403, !is_allowed) << name_of(row) << ' ' << to_text(body) << " by "
                                                  << service::name_of(who) << ": " << got.text;
        if (!is_allowed) {
            EXPECT_EQ(got.text_of("message").substr(0, field.size()), field) << name_of(row);
        }
    }

    test::api_fixture fixture;
    const std::string owner = "/api/v1/organizations/" + fixture.organization;
    const std::string application = fixture.make_access_token(fixture.make_client("Application"));
    const std::string bound = fixture.make_bound_token("Customer");
    int cells = 0;
};

TEST_F(who_may_decide_test, every_member_of_a_body_that_a_customer_can_send_is_declared) {
    for (const auto& row : routes()) {
        if (!row.who.callers.contains(caller_kind::organization_client))
            continue;
        const auto* schema = test::served_description().body_schema(row.method, row.path);
        EXPECT_EQ(schema == nullptr, row.who.fields.empty()) << name_of(row);
        if (!schema)
            continue;
        for (const auto& [name, property] :
                *find_object(test::served_description().resolved(*schema), "properties"))
            EXPECT_TRUE(rule_of(row, name)) << name_of(row) << ": there is no rule for " << name;
    }
}

TEST_F(who_may_decide_test, every_rule_is_about_a_member_that_is_described) {
    std::map<const field_rule*, bool> rules;  // rows share them
    for (const auto& row : routes()) {
        const auto* schema = test::served_description().body_schema(row.method, row.path);
        const auto described = schema ? members_of(*schema) : members();
        for (const auto& rule : row.who.fields)
            rules[&rule] |= described.contains(std::string(rule.field));
    }
    EXPECT_GE(rules.size(), 30U);
    for (const auto& [rule, is_described] : rules)
        EXPECT_TRUE(is_described) << rule->field;
}

TEST_F(who_may_decide_test, every_field_is_set_by_those_who_may_and_by_no_others) {
    for (const auto& row : routes()) {
        const auto* schema = test::served_description().body_schema(row.method, row.path);
        for (const auto& rule : row.who.fields) {
            ASSERT_TRUE(schema) << name_of(row);
            const auto& described = test::served_description().resolved(*schema);
            if (rule.kind != rule_kind::of_field ||
                    !find_object(described, "properties")->contains(rule.field))
                continue;  // of an environment's role: the test below; of another row of these rules
            const auto body = body_with(row, described, rule.field);
            for (const auto who : {caller_kind::operator_, caller_kind::application_client})
                expect_set(true, who, row, rule.field, body);
            const bool is_open = rule.who.contains(caller_kind::organization_client);
            expect_set(is_open, caller_kind::organization_client, row, rule.field, body);
            EXPECT_EQ(check_fields(row.who.fields, manager_of(caller_kind::portal_session), body).has_value(),
                    rule.who.contains(caller_kind::portal_session))
                    << rule.field;
            for (const auto value : rule.open_values) {
                if (value.empty())
                    continue;
                auto open = body;
                open[rule.field] = value;
                expect_set(true, caller_kind::organization_client, row, rule.field, open);
            }
            auto none = body;
            none[rule.field] = nullptr;
            const auto nothing =
                    check_fields(row.who.fields, manager_of(caller_kind::organization_client), none);
            EXPECT_TRUE(nothing) << rule.field << ": null is taken as absent";
        }
    }
    EXPECT_GE(cells, 100);
}

TEST_F(who_may_decide_test, a_member_without_a_rule_is_closed_to_customers) {
    const json::object body{{"name", "x"}, {"is_trusted", true}};
    const auto refused = check_fields(directory_fields, manager_of(caller_kind::organization_client), body);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::forbidden);
    EXPECT_EQ(refused.error().detail,
            "is_trusted is set by the operator and by clients of the whole environment.");
    for (const auto kind : {caller_kind::operator_, caller_kind::application_client})
        EXPECT_TRUE(check_fields(directory_fields, manager_of(kind), body));
}

TEST_F(who_may_decide_test, every_row_with_every_kind_of_caller) {
    for (const auto& row : routes()) {
        for (const auto kind : service::caller_kinds) {
            const auto allowed = check_caller(manager_of(kind), row);
            EXPECT_EQ(allowed.has_value(), row.who.callers.contains(kind))
                    << name_of(row) << " by " << service::name_of(kind);
        }
        EXPECT_FALSE(row.who.callers.contains(caller_kind::portal_session)) << name_of(row);
    }
    const auto got = as_customer("DELETE", "");
    EXPECT_EQ(got.text_of("message"),
            "DELETE /api/v1/organizations/{organization} is for the operator and for clients of the whole "
            "environment; "
            "this caller is for one organization.");
}

TEST_F(who_may_decide_test, every_row_asks_for_its_scope) {
    const auto all = names_of(service::scope_set::all());
    std::set<std::string> used;
    for (const auto& row : routes()) {
        const auto needed = scope_of(row);
        EXPECT_EQ(needed.has_value(), is_for_clients(row.who)) << name_of(row);
        if (!needed)
            continue;
        const auto name = service::name_of(*needed);
        ASSERT_FALSE(name.empty()) << name_of(row);
        used.insert(name);
        auto others = all;
        others.replace(others.find(name), name.size(), "");
        const auto refused =
                check_caller(manager_of(caller_kind::application_client, service::read_scopes(others)), row);
        ASSERT_FALSE(refused.has_value()) << name_of(row);
        EXPECT_EQ(refused.error().detail, name_of(row) + " needs the scope " + name + ".");
        EXPECT_TRUE(
                check_caller(manager_of(caller_kind::application_client, service::read_scopes(name)), row));
    }
    std::string listed;
    for (const auto& name : used)
        EXPECT_NE((' ' + all + ' ').find(' ' + name + ' '), std::string::npos);
    EXPECT_EQ(used.size(), static_cast<std::size_t>(std::ranges::count(all, ' ')) + 1)
            << "a scope opens nothing";
}

TEST_F(who_may_decide_test, the_description_says_the_same_as_the_table) {
    const auto document = parse_json_object(served_description_text(), {.nodes_max = SIZE_MAX}).value();
    const auto names = [](const service::caller_set& of) {
        json::array listed;
        for (const auto kind : kinds_of_management)
            if (of.contains(kind))
                listed.emplace_back(service::name_of(kind));
        return listed;
    };
    for (const auto& row : routes()) {
        if (!is_of_management(row.who))
            continue;
        SCOPED_TRACE(name_of(row));
        auto method = std::string(row.method);
        std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
        const auto& operation = document.at("paths").at(row.path).at(method).as_object();
        EXPECT_EQ(operation.at("x-callers"), names(row.who.callers));
        json::array security;
        if (const auto needed = scope_of(row))
            security.push_back(json::object{{"client", json::array{service::name_of(*needed)}}});
        EXPECT_EQ(operation.at("security"), security);
        const auto* schema = test::served_description().body_schema(row.method, row.path);
        if (!schema || row.who.fields.empty())
            continue;
        // A member of an object without a rule of its own is for those who may set the object.
        for (const auto& [name, property] : members_of(*schema)) {
            const auto* rule = rule_of(row, name);
            const auto* said = property.if_contains("x-callers");
            EXPECT_EQ(said != nullptr, rule && !rule->who.contains(caller_kind::organization_client)) << name;
            if (said) {
                EXPECT_EQ(*said, names(rule->who)) << name;
            }
        }
    }
    const auto& scopes =
            document.at("components").at("securitySchemes").at("client").at("x-scopes").as_object();
    std::string listed;
    for (const auto& [name, meaning] : scopes)
        listed.append(listed.empty() ? "" : " ").append(name);
    EXPECT_EQ(listed, names_of(service::scope_set::all()));
}

// --- what a customer's client could do once

TEST_F(who_may_decide_test, a_customer_cannot_vouch_for_a_domain) {
    const auto vouched =
            as_customer("POST", "/domains", R"({"domain":"victim.com","verification_method":"ADMIN"})");
    EXPECT_EQ(vouched.status, 403);
    EXPECT_EQ(vouched.text_of("message"),
            "verification_method is set by the operator and by clients of the whole environment; a client of "
            "one "
            "organization may set it to DNS.");
    const auto asked = as_customer("POST", "/domains", R"({"domain":"victim.com"})");
    ASSERT_EQ(asked.status, 201) << asked.text;
    EXPECT_EQ(asked.member("domain").at("verification_method"), "DNS");
    EXPECT_EQ(asked.member("domain").at("verification_status"), "PENDING");
    const auto other = fixture.make_organization("Victim");
    EXPECT_EQ(fixture.operate("POST", "/api/v1/organizations/" + other + "/domains",
                             R"({"domain":"victim.com"})")
                      .status,
            201);
    EXPECT_EQ(
            as_customer("GET", "/domains/" + std::string(asked.member("domain").at("id").as_string())).status,
            200);
}

TEST_F(who_may_decide_test, a_customer_cannot_change_its_limits_policies_and_features) {
    const auto before = fixture.operate("GET", owner).text;
    const std::pair<std::string_view, std::string_view> rows[] = {
            {"/settings/usermanagement", R"({"settings":{"max_allowed_users":1000000}})"},
            {"/settings", R"({"features":[{"name":"dir_sync","enabled":true}]})"},
            {"/session-policy", R"({"policy_source":"APPLICATION"})"},
            {"", R"({"metadata":{"plan":"enterprise"}})"},
    };
    for (const auto& [path, body] : rows)
        EXPECT_EQ(as_customer("PATCH", std::string(path), std::string(body)).status, 403) << path;
    EXPECT_EQ(
            as_customer("PATCH", "/directories/" + fixture.directory, R"({"name":"x","domain_policy":"off"})")
                    .status,
            403);
    EXPECT_EQ(as_customer("PATCH", "/directories/" + fixture.directory, R"({"domain_gate_scope":"primary"})")
                      .status,
            403);
    EXPECT_EQ(as_customer("POST", "/directories", R"({"domain_policy":"off"})").status, 403);
    const auto shown =
            fixture.operate("GET", owner + "/directories/" + fixture.directory).member("directory");
    EXPECT_EQ(shown.at("domain_policy"), "reject");
    EXPECT_EQ(shown.at("name"), "") << "nothing of a refused body is kept";
    EXPECT_EQ(as_customer("DELETE", "").status, 403);
    EXPECT_EQ(fixture.operate("GET", owner).text, before);
    EXPECT_EQ(as_customer("PATCH", "", R"({"display_name":"Acme Ltd"})").status, 200);
}

TEST_F(who_may_decide_test, a_customer_chooses_how_its_directory_answers) {
    const auto path = "/directories/" + fixture.directory;
    const auto got = as_customer("PATCH", path, R"({"unknown_members":"ignore","patch_status":204})");
    ASSERT_EQ(got.status, 200) << got.text;
    const auto shown = fixture.operate("GET", owner + path).member("directory");
    EXPECT_EQ(shown.at("unknown_members"), "ignore");
    EXPECT_EQ(shown.at("patch_status"), 204);
}

TEST_F(who_may_decide_test, a_customer_gives_its_own_roles_and_none_of_the_environment) {
    const std::string refusal =
            "assignments: roles of the environment are given by the operator and by clients of the whole "
            "environment.";
    ASSERT_EQ(fixture.operate("POST", "/api/v1/roles", R"({"name":"boss"})").status, 201);
    ASSERT_EQ(as_customer("POST", "/roles", R"({"name":"clerk"})").status, 201);
    const auto chiefs = fixture.make_group("Chiefs");
    const auto staff = fixture.make_group("Staff");
    const auto path = "/directories/" + fixture.directory + "/groups/-/roles:assign";
    const auto body = [](std::initializer_list<std::pair<std::string, std::string>> pairs) {
        json::array listed;
        for (const auto& [group, role] : pairs)
            listed.push_back(json::object{{"group_id", group}, {"role_name", role}});
        return to_text(json::object{{"assignments", listed}});
    };
    EXPECT_EQ(as_customer("PUT", path, body({{staff, "clerk"}})).status, 200);
    const auto refused = as_customer("PUT", path, body({{staff, "clerk"}, {staff, "boss"}}));
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.text_of("message"), refusal);
    for (const auto who : {caller_kind::operator_, caller_kind::application_client})
        EXPECT_EQ(ask(who, "PUT", owner + path, body({{chiefs, "boss"}})).status, 200);
    EXPECT_EQ(as_customer("PUT", path, body({{staff, "clerk"}})).text_of("message"), refusal)
            << "it takes none either";
    EXPECT_EQ(as_customer("PUT", path, body({{staff, "boss"}})).text_of("message"), refusal);
    EXPECT_EQ(as_customer("PUT", path, body({{staff, "clerk"}, {chiefs, "boss"}})).status, 200);
}

TEST_F(who_may_decide_test, a_customer_s_default_role_is_its_own) {
    ASSERT_EQ(as_customer("POST", "/roles", R"({"name":"clerk"})").status, 201);
    ASSERT_EQ(as_customer("POST", "/roles", R"({"name":"guest"})").status, 201);
    const auto set = [&](std::string_view name) {
        return as_customer(
                "PATCH", "/roles:set_defaults", R"({"default_member_role":")" + std::string(name) + "\"}");
    };
    EXPECT_EQ(set("admin").status, 403);
    EXPECT_EQ(set("clerk").status, 200);
    const auto cleared = set("");
    EXPECT_EQ(cleared.status, 403);
    EXPECT_EQ(cleared.text_of("message"),
            "default_member_role: roles of the environment are given by the operator and by clients of the "
            "whole "
            "environment.");
    EXPECT_EQ(as_customer("DELETE", "/roles/clerk").status, 403) << "its users would get another default";
    EXPECT_EQ(as_customer("DELETE", "/roles/clerk?reassign_role_name=admin").status, 403);
    EXPECT_EQ(as_customer("DELETE", "/roles/clerk?reassign_role_name=guest").status, 200);
    EXPECT_EQ(as_customer("PUT", "/roles/guest", R"({"permissions":["all"]})").status, 403);
    EXPECT_EQ(as_customer("PUT", "/roles/guest", R"({"extends":"admin"})").status, 403);
    EXPECT_EQ(as_customer("PUT", "/roles/guest", R"({"description":"Sees little"})").status, 200);
}

}  // namespace
}  // namespace scimd::api
