// Compares responses and events with those of Scalekit's API, recorded or documented (recorded.json), key by
// key: equal members of equal kinds and of the same order of magnitude, and no additional members except
// those that docs/compatibility.md names. The `differs` of a row names the deviations and their rows on that
// page.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {
namespace {

using texts = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr double magnitude = 10;  // the largest ratio of two sizes that count as alike

std::string content_of(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// --- comparison of two documents

// The kind of a text, as far as a program that reads it can tell.
std::string kind_of(const std::string& text) {
    static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3,9})?Z)");
    static const std::regex id(R"(([a-z]+_)\d{1,19})");
    static const std::regex url(R"(https?://\S+)");
    std::smatch parts;
    if (std::regex_match(text, time))
        return "a time";
    if (std::regex_match(text, parts, id))
        return "an id " + parts[1].str();
    return std::regex_match(text, url) ? "a URL" : "text";
}

std::string kind_of(const json::value& value) {
    if (value.is_string())
        return kind_of(std::string(value.get_string()));
    if (value.is_bool())
        return "a flag";
    if (value.is_object())
        return "an object";
    if (value.is_array())
        return "a list";
    return value.is_null() ? "null" : "a number";
}

// The size of a value: the length of a text, the elements of a list, the number itself.
double size_of(const json::value& value) {
    if (value.is_string())
        return static_cast<double>(value.get_string().size());
    if (value.is_array())
        return static_cast<double>(value.get_array().size());
    return value.is_number() ? value.to_number<double>() : 1;
}

// Members by which programs distinguish responses and events: their values are equal, not only alike.
bool is_constant(std::string_view at) {
    constexpr std::string_view names[] = {
            ".status", ".body.spec_version", ".body.type", ".body.object", ".body.display_name"};
    return std::ranges::find(names, at) != std::end(names);
}

class comparison {
public:
    texts of(const json::value& recorded, const json::value& actual) {
        compare(recorded, actual, "");
        return std::move(faults_);
    }

private:
    void compare(const json::value& recorded, const json::value& actual, const std::string& at) {
        if (recorded.is_null())
            return;
        if (is_constant(at) && recorded != actual)
            return fault(at, " is " + to_text(actual) + ", not " + to_text(recorded));
        const bool is_unset = recorded.is_string() && recorded.get_string().empty();
        if (is_unset && actual.is_string())
            return;
        const auto was = kind_of(recorded);
        const auto is = kind_of(actual);
        if (is != was && !(actual.is_string() && was == "text"))
            return fault(at, " is " + is + ", not " + was);
        if (recorded.is_object())
            return compare_members(recorded.get_object(), actual.get_object(), at);
        const auto before = size_of(recorded);
        const auto now = size_of(actual);
        if ((before == 0) != (now == 0) || now > before * magnitude || now * magnitude < before)
            return fault(at, " is of another size");
        if (recorded.is_array() && now > 0)
            compare(recorded.get_array().front(), actual.get_array().front(), at + "[0]");
    }

    void compare_members(const json::object& recorded, const json::object& actual, const std::string& at) {
        for (const auto& [name, value] : recorded) {
            const auto path = at + "." + std::string(name);
            if (const auto* member = find(actual, name))
                compare(value, *member, path);
            else
                fault(path, " is missing");
        }
        for (const auto& [name, value] : actual)
            if (!recorded.contains(name) && !at.ends_with(".raw_attributes"))
                fault(at + "." + std::string(name), " is not recorded");
    }

    void fault(const std::string& at, const std::string& what) { faults_.push_back(at + what); }

    texts faults_;
};

TEST(recorded, comparison_finds_differences_of_key_kind_and_size) {
    struct row {
        const char* recorded;
        const char* actual;
        texts faults;
    };
    const row rows[] = {
            {R"({"a":1})", R"({"a":9})", {}},
            {R"({"a":1})", R"({"a":10})", {}},
            {R"({"a":1})", R"({"a":11})", {".a is of another size"}},
            {R"({"a":1})", R"({"a":0})", {".a is of another size"}},
            {R"({"a":1})", R"({"a":2,"b":3})", {".b is not recorded"}},
            {R"({"a":""})", R"({"a":"x"})", {}},
            {R"({"a":""})", R"({"a":[]})", {".a is a list, not text"}},
            {R"({"a":""})", R"({"a":null})", {".a is null, not text"}},
            {R"({"a":"x"})", R"({"a":""})", {".a is of another size"}},
            {R"({"a":null})", R"({"a":"x"})", {}},
            {R"({"a":1})", R"({})", {".a is missing"}},
            {R"({"a":1})", R"({"a":"1"})", {".a is text, not a number"}},
            {R"({"a":{"b":true}})", R"({"a":{"b":0}})", {".a.b is a number, not a flag"}},
            {R"({"a":[{"b":1}]})", R"({"a":[{"c":1}]})", {".a[0].b is missing", ".a[0].c is not recorded"}},
            {R"({"a":[1]})", R"({"a":[]})", {".a is of another size"}},
            {R"({"a":"dir_123456"})", R"({"a":"org_123456"})", {".a is an id org_, not an id dir_"}},
            {R"({"a":"2024-10-07T10:05:04.010Z"})", R"({"a":"1 May"})", {".a is text, not a time"}},
            {R"({"a":"ACTIVE"})", R"({"a":"INACTIVE"})", {}},
            {R"({"a":"OK"})", R"({"a":"AAAAAAAAAAAAAAAAAAAAA"})", {".a is of another size"}},
            {R"({"status":200})", R"({"status":201})", {".status is 201, not 200"}},
            {R"({"body":{"object":"Role"}})", R"({"body":{"object":"User"}})",
                    {R"(.body.object is "User", not "Role")"}},
            {R"({"raw_attributes":{}})", R"({"raw_attributes":{"b":1}})", {}},
    };
    for (const auto& row : rows)
        EXPECT_EQ(
                comparison().of(parse_json(row.recorded).value(), parse_json(row.actual).value()), row.faults)
                << row.recorded << row.actual;
}

// --- the table

class recorded_test : public testing::Test {
protected:
    recorded_test() : table(parse_json_object(content_of(SCIMD_RECORDED), {.nodes_max = SIZE_MAX}).value()) {
        for (const auto* const role : {"admin", "member"})  // the records have no roles of a new environment
            fixture.operate("DELETE", "/api/v1/roles/" + std::string(role));
        const auto client = fixture.make_client("Billing");
        names = {{"{organization}", fixture.organization}, {"{directory}", fixture.directory},
                {"{domain}", fixture.domain}, {"{client_id}", client.id}, {"{client_secret}", client.secret}};
        names["{other}"] = fixture.make_organization("Other");
        name_and_set(fixture.organization, "my_unique_id");
        name_and_set(names["{other}"], "my_other_id");
        fill_directory();
    }

    void name_and_set(const std::string& id, const std::string& external_id) {
        const auto path = "/api/v1/organizations/" + id;
        change("PATCH", path, R"({"external_id":")" + external_id + R"("})");
        change("PATCH", path + "/settings", R"({"features":[{"name":"sso","enabled":true}]})");
    }

    // Four users and three groups, as in the recorded directory.
    void fill_directory() {
        const auto anna = fixture.make_user("anna", anna_has);
        for (const auto* const name : {"bert", "carol", "dora"})
            fixture.make_user(name, R"(,"externalId":"00u7c66a17379c64271")");
        names["{group}"] = fixture.make_group("Engineering", R"(,"members":[{"value":")" + anna + R"("}])");
        fixture.make_group("Support", R"(,"externalId":"7c66a174")");
        fixture.make_group("Sales");
        fixture.patch(
                "/Groups/" + names["{group}"], R"([{"op":"add","path":"externalId","value":"7c66a173"}])");
    }

    [[nodiscard]] std::string organization() const { return "/api/v1/organizations/" + fixture.organization; }

    void change(std::string_view method, const std::string& path, std::string_view body = "") {
        const auto done = fixture.operate(method, path, body);
        EXPECT_LT(done.status, 300) << path << done.text;
    }

    [[nodiscard]] std::string filled(std::string_view text) const {
        std::string made(text);
        for (const auto& [name, value] : names)
            for (auto at = made.find(name); at != std::string::npos; at = made.find(name))
                made.replace(at, name.size(), value);
        return made;
    }

    test::answer ask(const json::object& request) {
        const auto method = request.at("method").as_string();
        const auto target = filled(request.at("target").as_string());
        const auto* body = find(request, "body");
        if (body && body->is_string())
            return fixture.call(method, target, filled(body->get_string()),
                    {{"Content-Type", "application/x-www-form-urlencoded"}});
        return fixture.operate(method, target, body ? filled(to_text(*body)) : "");
    }

    json::object actual_of(const json::object& row) {
        if (const auto* request = find_object(row, "request")) {
            const auto answer = ask(*request);
            return {{"status", answer.status}, {"body", answer.body}};
        }
        json::object chosen;  // the last of its type, or the first
        for (const auto& event : fixture.events())
            if (event.at("type") == row.at("event") && (chosen.empty() || !row.contains("is_first")))
                chosen = event;
        return {{"body", chosen}};
    }

    // The deviations that a row must name: additional members, and differences.
    static texts admitted(const json::object& row) {
        texts found;
        if (const auto* paths = find_array(row, "ours_alone"))
            for (const auto& path : *paths)
                found.push_back(std::string(path.as_string()) + " is not recorded");
        if (const auto* faults = find_object(row, "differs"))
            for (const auto& fault : *faults)
                found.emplace_back(fault.key());
        std::ranges::sort(found);
        return found;
    }

    void compare(const json::object& row) {
        const auto actual = actual_of(row);
        auto faults = comparison().of(row.at("recorded"), actual);
        for (auto& fault : faults)
            fault = std::regex_replace(fault, std::regex("^\\.body"), "");
        std::ranges::sort(faults);
        EXPECT_EQ(faults, admitted(row)) << row.at("claim").as_string() << '\n' << to_text(actual);
    }

    static std::string last_name(std::string_view path) {
        return std::string(path.substr(path.rfind('.') + 1));
    }

    // A user and a group that are deleted, a domain that is verified and one that never is.
    void end_things() {
        for (const auto* const place : {"/Users", "/Groups"}) {
            const auto listed = fixture.scim("GET", place);
            fixture.scim("DELETE", place + ("/" + listed.resources("id").at(1)));
        }
        fixture.look_up_txt = [this](const std::string&, const auto& done) { done(found); };
        const auto proved = claim("proved.com");
        const auto late = claim("late.com");
        const auto token = std::string(
                fixture.operate("GET", proved).member("domain").at("txt_record_secret").as_string());
        found = {{service::check_outcome::found, {token}}};
        change("PATCH", proved + ":verify");
        found = {{service::check_outcome::no_record, {}}};
        fixture.clock.advance(8 * 24h);
        change("PATCH", late + ":verify");
    }

    std::string claim(const std::string& name) {
        const auto domains = organization() + "/domains";
        const auto made = fixture.operate(
                "POST", domains, R"({"domain":")" + name + R"(","verification_method":"DNS"})");
        return domains + "/" + std::string(made.member("domain").at("id").as_string());
    }

    static constexpr std::string_view anna_has =
            R"(,"externalId":"00u7c66a17379c64270","displayName":"Anna Berg",
        "name":{"givenName":"Anna","familyName":"Berg","formatted":"Anna Berg"},"nickName":"Annie",
        "photos":[{"value":"https://image.example.com/anna.jpg","primary":true}],
        "phoneNumbers":[{"value":"1-579-4072","primary":true}],
        "addresses":[{"postalCode":"64112","region":"Missouri","formatted":"123 Oxford Lane, Kansas City"}],
        "title":"Engineer","userType":"Employee","profileUrl":"https://acme.example.com/anna",
        "preferredLanguage":"se","locale":"se-SE","timezone":"America/Araguaina",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701984",
            "costCenter":"4130","organization":"Acme","division":"Tools","department":"Hammers"})";

    const json::object table;
    test::api_fixture fixture;
    std::map<std::string, std::string, std::less<>> names;
    std::vector<service::txt_answer> found;
};

TEST_F(recorded_test, each_response_matches_the_recorded_one) {
    for (const auto& row : table.at("responses").as_array())
        if (row.as_object().contains("request"))
            compare(row.as_object());
}

TEST_F(recorded_test, each_event_matches_the_recorded_one) {
    for (const auto& row : table.at("responses").as_array())
        if (const auto* request = find_object(row.as_object(), "request"))
            ask(*request);
    end_things();
    for (const auto& row : table.at("responses").as_array())
        if (row.as_object().contains("event"))
            compare(row.as_object());
}

TEST_F(recorded_test, missing_endpoints_are_not_found) {
    for (const auto& row : table.at("not_here").as_array()) {
        const auto answer = ask(row.at("request").as_object());
        EXPECT_TRUE(answer.status == 404 || answer.status == 405) << to_text(row) << answer.text;
    }
}

TEST_F(recorded_test, every_deviation_is_a_row_of_the_compatibility_page) {
    std::set<std::string> members;
    std::set<std::string> rows;
    for (const auto& row : table.at("responses").as_array()) {
        const auto& object = row.as_object();
        if (const auto* paths = find_array(object, "ours_alone"))
            for (const auto& path : *paths)
                members.insert(last_name(path.as_string()));
        if (const auto* differs = find_object(object, "differs"))
            for (const auto& fault : *differs)
                rows.emplace(fault.value().as_string());
    }
    for (const auto& row : table.at("not_here").as_array())
        rows.emplace(row.at("row").as_string());

    const auto page = content_of(SCIMD_COMPATIBILITY);
    for (const auto& name : members)
        EXPECT_NE(page.find('`' + name + '`'), std::string::npos) << name;
    for (const auto& cell : rows)
        EXPECT_NE(page.find("\n| " + cell + " |"), std::string::npos) << cell;
    EXPECT_GT(members.size(), 20U);
    EXPECT_GT(rows.size(), 5U);
}

}  // namespace
}  // namespace scimd::api
