#include "scim/schema/hidden_attributes.hpp"

#include "scim/value.hpp"
#include "support/sample_schemas.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace scimd::scim {
namespace {

const catalogue& all() {
    static const catalogue types = test::sample_schemas();
    return types;
}

constexpr std::string_view placed_user =
        R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:example:Place"],"userName":"a",)"
        R"("urn:example:Place":{"floor":1},"title":"t"})";

TEST(hidden_attributes, as_stored_are_documents_with_built_in_schemas_of_the_type) {
    const resource_type& user = *all().find_type("User");
    const catalogue few = all().subset({});
    const struct {
        std::string_view stored;
        bool in_all;
        bool in_few;
    } rows[] = {
            {R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a"})", true, true},
            {R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",)"
             R"("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"a"})",
                    true, false},
            {placed_user, false, false},
            {R"({"userName":"a"})", false, false},
            {R"({"schemas":["urn)", false, false},
            {R"({"schemas":[)", false, false},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(is_visible_as_stored(row.stored, user), row.in_all) << row.stored;
        EXPECT_EQ(is_visible_as_stored(row.stored, *few.find_type("User")), row.in_few) << row.stored;
    }
}

TEST(hidden_attributes, stored_attributes_of_built_in_schemas_are_returned_by_default) {
    const auto is_held_back = [](const attribute& one) {
        return is_kept_in_documents(one) && one.returned == returned::on_request;
    };
    const catalogue built_in = catalogue::standard();
    for (const schema* const each : built_in.schemas())
        for (const attribute& one : each->attributes) {
            EXPECT_FALSE(is_held_back(one)) << one.name;
            for (const attribute& sub : one.sub_attributes)
                EXPECT_FALSE(is_held_back(sub)) << one.name << '.' << sub.name;
        }
}

TEST(hidden_attributes, hides_undeclared_data_and_puts_it_back) {
    json::object document = parse_json_object(placed_user).value();
    EXPECT_TRUE(take_hidden(document, *all().find_type("User")).empty());
    EXPECT_EQ(scimd::to_text(document), placed_user);

    const catalogue few = all().subset({});
    const json::object hidden = take_hidden(document, *few.find_type("User"));
    EXPECT_EQ(scimd::to_text(document),
            R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","title":"t"})");
    put_back(document, hidden);
    EXPECT_EQ(document, parse_json_object(placed_user).value());
}

}  // namespace
}  // namespace scimd::scim
