// The suffix ".scim" of a path (RFC 7644 §3.8).
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

TEST(scim_suffix, asks_for_scims_own_type) {
    test::api_fixture fixture;
    const auto id = fixture.make_user("anna");
    for (const auto* path : {"/Users/", "/Users", "/ServiceProviderConfig"}) {
        const auto whole = std::string(path) + (std::string_view(path) == "/Users/" ? id : "");
        const auto plain = fixture.scim("GET", whole, "", {{"Accept", "application/json"}});
        const auto scim = fixture.scim("GET", whole + ".scim", "", {{"Accept", "application/json"}});
        EXPECT_EQ(scim.status, 200) << whole;
        EXPECT_EQ(scim.text, plain.text);
        EXPECT_EQ(plain.header("Content-Type"), "application/json");
        EXPECT_EQ(scim.header("Content-Type"), "application/scim+json");
    }
    EXPECT_EQ(fixture.scim("PATCH", "/Users/" + id + ".scim",
                             R"({"Operations":[{"op":"add","path":"title","value":"X"}]})")
                      .status,
            200);
    EXPECT_EQ(fixture.scim("DELETE", "/Users/" + id + ".scim").status, 204);
    EXPECT_EQ(fixture.scim("GET", "/Users/.scim").status, 404);
    EXPECT_EQ(fixture.scim("GET", "/Users/" + id + ".scim").status, 404);
    EXPECT_EQ(fixture.call("GET", "/healthz.scim").status, 404);
}

}  // namespace
}  // namespace scimd::api
