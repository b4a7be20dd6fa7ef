// Every route of the table with every kind of credentials: who gets in, and who learns nothing.
#include "api/pipeline.hpp"
#include "forged_tokens.hpp"
#include "service/auth/access_tokens.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

// How a request fares at the door, whatever becomes of it behind it.
enum class fate { admitted, unknown_caller, forbidden, hidden };

std::string_view text_of(fate what) {
    constexpr std::string_view names[] = {"admitted", "unknown caller", "forbidden", "hidden"};
    return names[static_cast<std::size_t>(what)];
}

struct credentials {
    std::string name;
    http::fields headers;
    bool is_operator = false;

    static credentials of(std::string name, const std::string& authorization) {
        credentials made{std::move(name), {}};
        made.headers.add("Authorization", authorization);
        return made;
    }
    static credentials bearing(std::string name, const std::string& token) {
        return of(std::move(name), "Bearer " + token);
    }
};

class authorization_matrix_test : public testing::Test {
protected:
    // The path with the given organization and directory. All other ids in it do not exist, so an admitted
    // request changes nothing.
    static std::string filled(
            std::string_view path, std::string_view organization, std::string_view directory) {
        std::string text(path);
        for (auto open = text.find('{'); open != std::string::npos; open = text.find('{')) {
            const auto close = text.find('}', open);
            const auto name = text.substr(open + 1, close - open - 1);
            const std::string value(name == "organization" ? organization
                                    : name == "directory"  ? directory
                                    : name == "endpoint"   ? std::string_view("Users")
                                                           : std::string_view("x_1"));
            text.replace(open, close - open + 1, value);
        }
        return text;
    }

    test::answer ask(std::string_view method, const std::string& path, const credentials& who) {
        http::request head;
        head.method = method;
        head.target = path;
        head.headers = who.headers;
        head.from.address = "192.0.2.7";
        if (who.is_operator)
            head.from = {.address = {}, .is_loopback = true, .is_operator = true};
        return fixture.send(std::move(head));
    }

    // The paths are filled with ids that do not exist, and no user may delete itself.
    static bool opens_for_users(const route& row) {
        const bool is_of_others = row.path.find("{endpoint}") != std::string_view::npos;
        return row.who == principal::directory_user && !is_of_others && row.method != "DELETE";
    }

    fate fate_of(const test::answer& got) const {
        if (got.status == 401)
            return fate::unknown_caller;
        if (got.status == 403)
            return fate::forbidden;
        return got.text == nowhere.text ? fate::hidden : fate::admitted;
    }

    void expect(fate wanted, const route& row, const std::string& path, const credentials& who) {
        ++cells;
        const auto got = ask(row.method, path, who);
        EXPECT_EQ(text_of(fate_of(got)), text_of(wanted))
                << row.method << ' ' << path << " with " << who.name << ": " << got.status << ' ' << got.text;
    }

    std::string scim_token_of_another() {
        return fixture.make_token(fixture.make_directory(fixture.make_organization("Other")));
    }

    test::api_fixture fixture;
    const test::answer nowhere = fixture.call("GET", "/nothing/here");
    const test::api_client client = fixture.make_client("Billing");
    const std::string good = fixture.make_access_token(client);
    int cells = 0;
};

// Only tokens of the directory and of its users open SCIM routes, and they open no route of the management
// API.
TEST_F(authorization_matrix_test, no_cell_is_wrong) {
    const auto deleted = fixture.make_client("Deleted");
    const auto orphan = fixture.make_access_token(deleted);
    fixture.operate("DELETE", "/api/v1/clients/" + deleted.id);
    fixture.clock.advance(24h + service::clock_skew_max - 1s);
    const auto expired = good;
    const auto fresh = fixture.make_access_token(client);

    std::vector<credentials> refused{
            {"nothing", {}},
            credentials::of("an empty field", ""),
            credentials::of("a scheme alone", "Bearer"),
            credentials::of("Basic", "Basic YTpi"),
            credentials::of("another scheme", "Token " + fresh),
            credentials::of("no scheme", fresh),
            credentials::bearing("garbage", "garbage"),
            credentials::bearing("quotes", "' or 1=1 --"),
            credentials::bearing("an expired token", expired),
            credentials::bearing("a deleted client's token", orphan),
            credentials::bearing("a client's secret", client.secret),
            credentials::bearing("a client's id", client.id),
    };
    for (const auto& forged : forged_tokens(fixture, fresh))
        if (forged.text != fixture.token)
            refused.push_back(credentials::bearing("a token with " + forged.name, forged.text));
    const auto foreign = credentials::bearing("another directory's token", scim_token_of_another());
    const auto own = credentials::bearing("the directory's token", fixture.token);
    const auto of_user =
            credentials::bearing("a user's token", fixture.make_user_token(fixture.make_user("anna")));
    const auto application = credentials::bearing("an access token", fresh);
    const auto reader = credentials::bearing("a reader's access token",
            fixture.make_access_token(fixture.make_client("Reader", R"(,"access":"READ")")));
    const auto bound =
            credentials::bearing("a token of one organization", fixture.make_bound_token("Customer"));
    credentials operator_{"the control socket", {}, true};

    for (const auto& row : routes()) {
        const auto scim_path = filled(row.path, fixture.organization, fixture.directory);
        const auto path = filled(row.path, "org_1", "dir_1");
        if (is_of_scim(row.who)) {
            for (const auto& who : refused)
                expect(fate::unknown_caller, row, scim_path, who);
            expect(opens_for_users(row) ? fate::admitted : fate::forbidden, row, scim_path, of_user);
            expect(fate::unknown_caller, row, path, of_user);
            for (const auto& who : {foreign, application, reader, bound, operator_})
                expect(fate::unknown_caller, row, scim_path, who);
            expect(fate::admitted, row, scim_path, own);
            expect(fate::unknown_caller, row, path, own);
        } else if (is_for_clients(row.who)) {
            for (const auto& who : refused)
                expect(fate::unknown_caller, row, scim_path, who);
            for (const auto& who : {foreign, own, of_user})
                expect(fate::unknown_caller, row, scim_path, who);
            expect(fate::admitted, row, path, application);
            expect(is_reading(row) ? fate::admitted : fate::forbidden, row, path, reader);
            const bool is_open = row.who.callers.contains(service::caller_kind::organization_client);
            const auto elsewhere = filled(row.path, fixture.organization, "dir_1");
            expect(is_open ? fate::admitted : fate::forbidden, row, elsewhere, bound);
            expect(fate::admitted, row, path, operator_);
        } else if (is_of_management(row.who)) {
            for (const auto& who : refused)
                expect(fate::hidden, row, scim_path, who);
            for (const auto& who : {foreign, own, of_user, application, reader, bound})
                expect(fate::hidden, row, scim_path, who);
            expect(fate::admitted, row, path, operator_);
        } else if (row.who == principal::metrics_reader) {
            for (const auto& who : refused)
                expect(fate::forbidden, row, path, who);
            for (const auto& who : {foreign, own, of_user, application, reader, bound})
                expect(fate::forbidden, row, path, who);
            expect(fate::admitted, row, path, operator_);
        } else {
            // The token endpoint has a 401 of its own, for requests that name no client.
            ASSERT_TRUE(row.who == principal::anyone) << row.path;
            if (row.path == "/oauth/token")
                continue;
            for (const auto& who : refused)
                expect(fate::admitted, row, path, who);
            for (const auto& who : {foreign, own, application, reader, bound, operator_})
                expect(fate::admitted, row, path, who);
        }
    }
    EXPECT_GE(cells, 2'000);
    RecordProperty("cells", cells);
}

// A client of one organization: its own part of the API, as if there were no other.
TEST_F(authorization_matrix_test, a_client_of_one_organization_is_confined_on_every_route) {
    const auto other = fixture.make_organization("Other");
    const auto foreign = fixture.make_directory(other);
    const auto bound =
            credentials::bearing("a token of one organization", fixture.make_bound_token("Portal"));
    const auto missing = ask("GET", "/api/v1/organizations/org_1", bound);
    EXPECT_EQ(missing.status, 404);
    for (const auto& row : routes()) {
        if (!is_for_clients(row.who))
            continue;
        if (row.path.find("{organization}") == std::string_view::npos) {
            expect(fate::forbidden, row, filled(row.path, other, foreign), bound);
            continue;
        }
        const auto got = ask(row.method, filled(row.path, other, foreign), bound);
        EXPECT_EQ(got.status, 404) << row.method << ' ' << row.path;
        EXPECT_EQ(got.text, missing.text) << row.method << ' ' << row.path;
        if (row.path.find("{directory}") != std::string_view::npos) {
            for (const auto& owner : {fixture.organization, std::string("-")}) {
                const auto path = filled(row.path, owner, foreign);
                const auto refused = ask(row.method, path, bound);
                const auto unknown = ask(row.method, filled(row.path, owner, "dir_1"), bound);
                EXPECT_EQ(refused.status, unknown.status) << row.method << ' ' << path;
                EXPECT_EQ(refused.text, unknown.text) << row.method << ' ' << path;
                EXPECT_GE(refused.status, 400) << row.method << ' ' << path;
            }
        }
    }
}

// A path that joins an organization with the directory of another one is not found for any caller.
TEST_F(authorization_matrix_test, a_directory_is_found_under_its_own_organization_alone) {
    const auto application = credentials::bearing("an access token", good);
    const auto foreign = fixture.make_directory(fixture.make_organization("Other"));
    for (const auto& row : routes()) {
        if (!is_for_clients(row.who) || row.path.find("{directory}") == std::string_view::npos)
            continue;
        const auto path = filled(row.path, fixture.organization, foreign);
        const auto refused = ask(row.method, path, application);
        const auto unknown = ask(row.method, filled(row.path, fixture.organization, "dir_1"), application);
        EXPECT_EQ(refused.status, unknown.status) << row.method << ' ' << path;
        EXPECT_EQ(refused.text, unknown.text) << row.method << ' ' << path;
        EXPECT_GE(refused.status, 400) << row.method << ' ' << path;
    }
}

}  // namespace
}  // namespace scimd::api
