#include "refusals.hpp"

#include "scim/schema/urn.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

std::string message(std::string_view urn, std::string_view members) {
    return R"({"schemas":[")" + std::string(urn) + R"("])" + std::string(members) + "}";
}

}  // namespace

void expect_error(const test::answer& got, int status, std::string_view scim_type, std::string_view detail) {
    json::object expected{{"schemas", {scim::urn::error}}};
    if (!scim_type.empty())
        expected["scimType"] = scim_type;
    expected["detail"] = detail;
    expected["status"] = std::to_string(status);
    EXPECT_EQ(got.status, status);
    EXPECT_EQ(json::value(got.body), json::value(expected)) << got.text;
    EXPECT_EQ(got.header("Content-Type"), "application/scim+json");
}

void expect_refused(test::api_fixture& fixture, const refusal& row) {
    SCOPED_TRACE(row.method + " " + row.path + " " + row.body.substr(0, 200));
    const auto before = fixture.events().size();
    const auto got = row.header.empty()
                             ? fixture.scim(row.method, row.path, row.body)
                             : fixture.scim(row.method, row.path, row.body, {{row.header, row.header_value}});
    expect_error(got, row.status, row.scim_type, row.detail);
    EXPECT_EQ(fixture.events().size(), before);
}

std::string patch_text(std::string_view operations) {
    return message(scim::urn::patch_op, R"(,"Operations":)" + std::string(operations));
}

std::string search_text(std::string_view members) {
    return message(scim::urn::search_request, members.empty() ? "" : "," + std::string(members));
}

std::string bulk_text(std::string_view operations, std::string_view members) {
    return message(
            scim::urn::bulk_request, std::string(members).append(R"(,"Operations":)").append(operations));
}

void make_strict(test::api_fixture& fixture) {
    const auto path = "/api/v1/organizations/" + fixture.organization + "/directories/" + fixture.directory;
    ASSERT_EQ(fixture.operate("PATCH", path, R"({"scim_mode":"strict"})").status, 200);
}

}  // namespace scimd::api
