// The fixture of tests of bulk requests.
#pragma once

#include "scim/schema/urn.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::api {

constexpr std::string_view enterprise = R"("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")";

inline std::string post_user(std::string_view bulk_id, std::string_view name, std::string_view more = "") {
    return R"({"method":"POST","path":"/Users","bulkId":")" + std::string(bulk_id) + R"(","data":)" +
           test::user_text(name, more) + "}";
}

inline std::string post_group(std::string_view bulk_id, std::string_view name, std::string_view more = "") {
    return R"({"method":"POST","path":"/Groups","bulkId":")" + std::string(bulk_id) + R"(","data":)" +
           test::group_text(name, more) + "}";
}

// ,"members":[{"value":…}]
inline std::string members(std::initializer_list<std::string_view> values) {
    std::string text;
    for (const auto value : values)
        text += (text.empty() ? R"({"value":")" : R"(,{"value":")") + std::string(value) + R"("})";
    return R"(,"members":[)" + text + "]";
}

inline std::string managed_by(std::string_view value) {
    return "," + std::string(enterprise) + R"(:{"manager":{"value":")" + std::string(value) + R"("}})";
}

class bulk_test : public testing::Test {
protected:
    test::answer bulk(std::string_view operations, std::string_view more = "") {
        const auto body = R"({"schemas":[")" + std::string(scim::urn::bulk_request) + R"("],"Operations":[)" +
                          std::string(operations) + "]" + std::string(more) + "}";
        return fixture.scim("POST", "/Bulk", body);
    }

    [[nodiscard]] std::string url_of(const std::string& user) const {
        return "https://scim.test" + fixture.base() + "/Users/" + user;
    }

    // The result of a bulk request with one operation.
    json::object bulk_of_one(std::string_view operation) {
        const auto answer = bulk(operation);
        EXPECT_EQ(answer.status, 200) << answer.text;
        return answer.body.at("Operations").as_array().at(0).as_object();
    }

    static json::object result_of(const test::answer& answer, std::size_t index) {
        EXPECT_EQ(answer.status, 200) << answer.text;
        return answer.body.at("Operations").as_array().at(index).as_object();
    }

    static std::vector<std::string> statuses(const test::answer& answer) {
        EXPECT_EQ(answer.status, 200) << answer.text;
        std::vector<std::string> found;
        for (const auto& one : answer.body.at("Operations").as_array())
            found.emplace_back(one.at("status").as_string());
        return found;
    }

    // The location relative to the SCIM base: "/Users/diruser_1".
    [[nodiscard]] std::string path_of(const json::object& result) const {
        const std::string location(result.at("location").as_string());
        const auto base = "https://scim.test" + fixture.base();
        EXPECT_EQ(location.substr(0, base.size()), base);
        return location.substr(base.size());
    }

    [[nodiscard]] std::string id_of(const json::object& result) const {
        const auto path = path_of(result);
        return path.substr(path.rfind('/') + 1);
    }

    static std::string detail_of(const json::object& result) {
        return std::string(result.at("response").as_object().at("detail").as_string());
    }

    std::vector<std::string> members_of(const std::string& path) {
        std::vector<std::string> ids;
        const auto group = fixture.scim("GET", path);
        for (const auto& member : group.body.at("members").as_array())
            ids.emplace_back(member.at("value").as_string());
        return ids;
    }

    std::int64_t count(std::string_view endpoint) {
        return fixture.scim("GET", endpoint).body.at("totalResults").as_int64();
    }

    using texts = std::vector<std::string>;
    test::api_fixture fixture;
};

}  // namespace scimd::api
