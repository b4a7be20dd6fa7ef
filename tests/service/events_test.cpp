#include "service/events/events.hpp"

#include "service_fixture.hpp"
#include "store/events.hpp"

#include <gtest/gtest.h>

#include <map>

namespace scimd::service {
namespace {

class service_events_test : public testing::Test {
protected:
    json::object only_event() {
        const auto events = fixture.new_events();
        EXPECT_EQ(events.size(), 1U);
        return events.empty() ? json::object() : events.back();
    }

    // Bytes of the text of the last event.
    std::size_t bytes_of_last() {
        std::size_t bytes = 0;
        store::events::list_after(fixture.tx(), {}, 1'000, [&](const store::events::event& one) {
            bytes = one.body.size();
            return true;
        });
        return bytes;
    }

    service_fixture fixture;
};

TEST_F(service_events_test, the_envelope_has_type_time_scope_and_actor) {
    const auto anna = fixture.add_user("anna");
    auto event = only_event();
    const auto data = event.at("data");
    event.erase("data");
    const std::string id(event.at("id").as_string());
    EXPECT_TRUE(id.starts_with("evt_"));
    const json::object expected{{"spec_version", "1"}, {"id", id},
            {"type", "organization.directory.user_created"}, {"object", "DirectoryUser"},
            {"display_name", "Directory User Created"}, {"environment_id", fixture.who.environment.text()},
            {"organization_id", fixture.who.organization.text()},
            {"directory_id", fixture.who.directory.text()}, {"occurred_at", "2026-01-02T03:04:05.000000Z"},
            {"sequence", 1}, {"cursor", "c_" + id.substr(4)}, {"object_version", 1},
            {"context", {{"request_id", "request-1"}, {"source", "scim"},
                                {"actor", {{"type", "directory_token"}, {"id", "sec_7"}, {"suffix", "a1b2"}}},
                                {"provider", "OKTA"}}}};
    EXPECT_EQ(event, expected) << to_text(event);
    EXPECT_EQ(data.at("id").as_string(), anna);
    EXPECT_EQ(data.at("email").as_string(), "anna@acme.com");
    EXPECT_EQ(data.at("raw_attributes").at("userName").as_string(), "anna");
}

TEST_F(service_events_test, a_directory_without_provider_has_no_provider_in_its_events) {
    fixture.who.provider.clear();
    fixture.add_user("anna");
    EXPECT_FALSE(only_event().at("context").as_object().contains("provider"));
}

TEST_F(service_events_test, each_operation_has_its_event_type) {
    const auto user = fixture.add_user("anna");
    fixture.patch("Users", user, R"([{"op":"replace","path":"title","value":"Boss"}])");
    fixture.remove("Users", user);
    const auto group = fixture.add_group("Staff");
    fixture.patch("Groups", group, R"([{"op":"replace","path":"displayName","value":"Crew"}])");
    fixture.remove("Groups", group);
    const std::string_view expected[][3] = {
            {"user_created", "DirectoryUser", "Directory User Created"},
            {"user_updated", "DirectoryUser", "Directory User Updated"},
            {"user_deleted", "DirectoryUser", "Directory User Deleted"},
            {"group_created", "DirectoryGroup", "Directory Group Created"},
            {"group_updated", "DirectoryGroup", "Directory Group Updated"},
            {"group_deleted", "DirectoryGroup", "Directory Group Deleted"},
    };
    const auto events = fixture.new_events();
    ASSERT_EQ(events.size(), std::size(expected));
    for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].at("type").as_string(), "organization.directory." + std::string(expected[i][0]));
        EXPECT_EQ(events[i].at("object").as_string(), expected[i][1]);
        EXPECT_EQ(events[i].at("display_name").as_string(), expected[i][2]);
    }
    EXPECT_EQ(events[1].at("object_version").as_int64(), 2);
    EXPECT_EQ(events[2].at("object_version").as_int64(), 2);
}

TEST_F(service_events_test, an_update_names_changed_and_previous_attributes) {
    struct row {
        std::string_view operations;
        std::string_view changed;
        std::string_view previous;
    };
    const row rows[] = {
            {R"([{"op":"replace","path":"title","value":"Boss"}])", R"(["title"])", "{}"},
            {R"([{"op":"replace","path":"title","value":"Chief"}])", R"(["title"])", R"({"title":"Boss"})"},
            {R"([{"op":"remove","path":"title"}])", R"(["title"])", R"({"title":"Chief"})"},
            {R"([{"op":"replace","path":"userName","value":"anna2"},{"op":"add","path":"active","value":false}])",
                    R"(["preferred_username","active"])", R"({"preferred_username":"anna","active":true})"},
            {R"([{"op":"replace","path":"emails","value":[{"value":"b@acme.com","primary":true}]}])",
                    R"(["email","email_addresses"])",
                    R"({"email":"anna@acme.com","email_addresses":)"
                    R"([{"value":"anna@acme.com","domain":"acme.com","domain_verified":true}]})"},
    };
    const auto anna = fixture.add_user("anna");
    fixture.new_events();
    for (const auto& row : rows) {
        ASSERT_EQ(fixture.patch("Users", anna, row.operations).status, 200) << row.operations;
        const auto event = only_event();
        EXPECT_EQ(to_text(event.at("changed_attributes")), row.changed);
        EXPECT_EQ(to_text(event.at("previous_attributes")), row.previous);
    }
}

TEST_F(service_events_test, attributes_without_a_key_change_raw_attributes) {
    const auto anna = fixture.add_user("anna");
    const auto raw = fixture.new_events().back().at("data").at("raw_attributes");
    fixture.patch("Users", anna, R"([{"op":"add","path":"ims","value":[{"value":"anna","type":"xmpp"}]}])");
    const auto event = only_event();
    EXPECT_EQ(to_text(event.at("changed_attributes")), R"(["raw_attributes"])");
    EXPECT_EQ(event.at("previous_attributes").at("raw_attributes"), raw);
}

TEST_F(service_events_test, creation_and_deletion_have_no_changed_attributes) {
    const auto anna = fixture.add_user("anna");
    fixture.remove("Users", anna);
    for (const auto& event : fixture.new_events()) {
        EXPECT_FALSE(event.contains("changed_attributes"));
        EXPECT_FALSE(event.contains("previous_attributes"));
    }
}

TEST_F(service_events_test, a_deletion_carries_the_last_state_with_its_groups) {
    const auto anna = fixture.add_user("anna");
    const auto staff = fixture.add_group("Staff", {anna});
    fixture.new_events();
    fixture.remove("Users", anna);
    const auto event = fixture.new_events().back();
    const auto& data = event.at("data").as_object();
    EXPECT_EQ(data.at("id").as_string(), anna);
    EXPECT_EQ(data.at("email").as_string(), "anna@acme.com");
    EXPECT_EQ(to_text(data.at("groups")), R"([{"id":")" + staff + R"(","name":"Staff"}])");
    EXPECT_EQ(data.at("deleted_at").as_string(), "2026-01-02T03:04:05.000000Z");
    EXPECT_EQ(data.at("reason").as_string(), "scim_delete");
}

TEST_F(service_events_test, a_password_reaches_no_event) {
    const auto made =
            fixture.create("Users", user_body("anna", "acme.com", R"(,"password":"correct horse battery")"));
    fixture.patch("Users", made.id(), R"([{"op":"replace","path":"password","value":"correct horse two"}])");
    fixture.patch("Users", made.id(),
            R"([{"op":"replace","path":"password","value":"correct horse three"},
            {"op":"add","path":"title","value":"B"}])");
    const auto events = fixture.new_events();
    EXPECT_EQ(events.size(), 2U);  // a new password alone changes nothing that is kept
    for (const auto& event : events) {
        EXPECT_EQ(to_text(event).find("correct horse"), std::string::npos);
        EXPECT_EQ(to_text(event).find("password"), std::string::npos);
    }
}

TEST_F(service_events_test, sequences_are_dense_per_directory_and_cursors_increase_over_all) {
    const auto home = fixture.who;
    const auto other = fixture.store.add_directory();
    auto away = home;
    away.organization = other.organization;
    away.directory = other.id;
    away.policy = store::tenants::domain_policy::off;
    for (int i = 0; i < 20; ++i) {
        fixture.who = i % 3 == 0 ? away : home;
        fixture.add_user("user" + std::to_string(i));
        fixture.create("Users", user_body("user" + std::to_string(i)));      // conflict: 409
        fixture.create("Users", user_body("user" + std::to_string(i / 4)));  // conflict: 409
    }
    std::map<std::string, std::int64_t> last;
    std::int64_t cursor = 0;
    for (const auto& event : fixture.events()) {
        auto& sequence = last[std::string(event.at("directory_id").as_string())];
        EXPECT_EQ(event.at("sequence").as_int64(), ++sequence);
        const auto position = parse_prefixed(event.at("cursor").as_string(), "c_");
        ASSERT_TRUE(position);
        EXPECT_GT(*position, cursor);
        cursor = *position;
    }
    EXPECT_GE(last[home.directory.text()], 13);
    EXPECT_GE(last[away.directory.text()], 7);
}

TEST_F(service_events_test, a_refused_request_uses_no_sequence_number) {
    fixture.add_user("anna");
    const auto elsewhere = R"([{"op":"add","path":"members","value":[{"value":"diruser_1"}]}])";
    const auto staff = fixture.add_group("Staff");
    EXPECT_EQ(fixture.patch("Groups", staff, elsewhere).status, 400);
    EXPECT_EQ(
            fixture.create("Groups", group_body("New", R"(,"members":[{"value":"diruser_1"}])")).status, 400);
    fixture.add_user("bert");
    EXPECT_EQ(fixture.events().back().at("sequence").as_int64(), 3);
}

std::string photos_of(std::size_t count, std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += (i == 0 ? "" : ",") + std::string(R"({"type":"t)") + std::to_string(i) + R"(","value":")" +
                std::string(bytes, 'x') + "\"}";
    return R"(,"photos":[)" + text + "]";
}

TEST_F(service_events_test, an_event_is_complete_up_to_256_kibibytes) {
    const auto tell = [&](std::size_t padding) {
        event_draft draft;
        draft.type = "organization.directory.resource_created";
        draft.object = "Device";
        draft.object_version = 1;
        draft.data = json::object{{"id", "res_1"}, {"organization_id", fixture.who.organization.text()},
                {"directory_id", fixture.who.directory.text()}, {"resource_type", "Device"},
                {"note", "short"}, {"raw_attributes", {{"padding", std::string(padding, 'x')}}}};
        publish(fixture.tx(), fixture.who, std::move(draft));
        return only_event();
    };
    tell(0);
    const auto padding_max = event_bytes_max - bytes_of_last();
    EXPECT_FALSE(tell(padding_max).contains("omitted"));
    EXPECT_EQ(bytes_of_last(), event_bytes_max);
    const auto event = tell(padding_max + 1);
    EXPECT_EQ(event.at("omitted"), json::array{"data.raw_attributes"});
    EXPECT_FALSE(event.at("data").as_object().contains("raw_attributes"));
    EXPECT_EQ(event.at("data").at("id"), "res_1");
    EXPECT_EQ(event.at("data").at("note"), "short");
    EXPECT_LT(bytes_of_last(), 1'000U);
}

TEST_F(service_events_test, the_largest_members_are_omitted_and_named_until_an_event_fits) {
    const auto made = fixture.create("Users", user_body("anna", "acme.com", photos_of(5, 60'000)));
    ASSERT_EQ(made.status, 201);
    const auto created = only_event();
    EXPECT_EQ(created.at("omitted"), json::array{"data.raw_attributes"});
    EXPECT_EQ(created.at("data").at("picture").as_string().size(), 60'000U);

    const auto few = user_body("anna", "acme.com", photos_of(3, 59'000));
    ASSERT_EQ(fixture.replace("Users", made.id(), few).status, 200);
    const auto updated = only_event();
    EXPECT_EQ(updated.at("omitted"), json::array{"data.raw_attributes.photos"});
    EXPECT_EQ(updated.at("data").at("raw_attributes").at("userName"), "anna");
    EXPECT_EQ(updated.at("changed_attributes"), json::array{"picture"});
    EXPECT_EQ(updated.at("previous_attributes").at("picture").as_string().size(), 60'000U);

    const auto ims = R"([{"op":"add","path":"ims","value":[{"value":"anna","type":"xmpp"}]}])";
    ASSERT_EQ(fixture.patch("Users", made.id(), ims).status, 200);
    const auto changed = only_event();
    const json::array unchanged{
            "data.raw_attributes.photos", "previous_attributes.raw_attributes.photos", "data.picture"};
    EXPECT_EQ(changed.at("omitted"), unchanged);
    EXPECT_TRUE(changed.at("data").at("raw_attributes").as_object().contains("ims"));
    EXPECT_TRUE(changed.at("previous_attributes").as_object().contains("raw_attributes"));
    EXPECT_LT(bytes_of_last(), 4'096U);

    fixture.remove("Users", made.id());
    EXPECT_FALSE(only_event().contains("omitted"));
}

TEST_F(service_events_test, an_update_beyond_its_limit_omits_unchanged_members) {
    const auto tell = [&](std::size_t padding) {
        event_draft draft;
        draft.type = "organization.directory.resource_updated";
        draft.object = "Device";
        draft.object_version = 2;
        const json::object before{{"id", "res_1"}, {"organization_id", fixture.who.organization.text()},
                {"directory_id", fixture.who.directory.text()}, {"resource_type", "Device"}, {"note", "old"},
                {"same", std::string(padding, 'x')}, {"raw_attributes", json::object()}};
        draft.data = before;
        draft.data["note"] = "new";
        note_difference(before, draft.data, draft);
        publish(fixture.tx(), fixture.who, std::move(draft));
        return only_event();
    };
    tell(0);
    constexpr std::size_t changed_bytes = 10;  // "old" and "new" in quotes
    const auto padding_max = whole_update_bytes_max + changed_bytes - bytes_of_last();
    EXPECT_FALSE(tell(padding_max).contains("omitted"));
    EXPECT_EQ(bytes_of_last(), whole_update_bytes_max + changed_bytes);
    const auto event = tell(padding_max + 1);
    EXPECT_EQ(event.at("omitted"), json::array{"data.same"});
    EXPECT_EQ(event.at("data").at("id"), "res_1");
    EXPECT_EQ(event.at("data").at("note"), "new");
    EXPECT_EQ(event.at("previous_attributes").at("note"), "old");
    EXPECT_LT(bytes_of_last(), 1'000U);
}

TEST_F(service_events_test, small_changes_of_a_large_user_write_in_proportion_to_what_they_change) {
    json::array numbers;
    for (int i = 0; i < 900; ++i)
        numbers.push_back(json::object{{"value", "+49" + std::string(200, '1') + std::to_string(i)}});
    const auto made = fixture.create(
            "Users", user_body("anna", "acme.com", R"(,"phoneNumbers":)" + json::serialize(numbers)));
    ASSERT_EQ(made.status, 201);
    ASSERT_GT(only_event().at("data").at("raw_attributes").at("phoneNumbers").as_array().size(), 899U);

    ASSERT_EQ(fixture.patch("Users", made.id(), R"([{"op":"replace","path":"title","value":"Head"}])").status,
            200);
    const auto titled = only_event();
    EXPECT_EQ(titled.at("data").at("title"), "Head");
    EXPECT_EQ(titled.at("data").at("raw_attributes").at("title"), "Head");
    EXPECT_EQ(titled.at("omitted"), json::array{"data.raw_attributes.phoneNumbers"});
    EXPECT_LT(bytes_of_last(), 4'096U);

    // One element of a large list: the list itself does not fit, and is named.
    const auto one = R"([{"op":"add","path":"phoneNumbers","value":[{"value":"+4930","type":"work"}]}])";
    ASSERT_EQ(fixture.patch("Users", made.id(), one).status, 200);
    const auto added = only_event();
    const json::array left_out{"data.phone_number", "data.raw_attributes.phoneNumbers",
            "previous_attributes.raw_attributes.phoneNumbers"};
    EXPECT_EQ(added.at("omitted"), left_out) << "what has not changed goes first";
    EXPECT_EQ(added.at("changed_attributes"), json::array{"raw_attributes"});
    EXPECT_LT(bytes_of_last(), 4'096U);

    // A large change is complete in its event.
    const std::string title(20'000, 't');
    ASSERT_EQ(fixture.patch("Users", made.id(),
                             R"([{"op":"replace","path":"title","value":")" + title + R"("}])")
                      .status,
            200);
    const auto large = only_event();
    EXPECT_EQ(large.at("data").at("title").as_string(), title);
    EXPECT_EQ(large.at("data").at("raw_attributes").at("title").as_string(), title);
    EXPECT_EQ(large.at("omitted"), json::array{"data.raw_attributes.phoneNumbers"});
}

}  // namespace
}  // namespace scimd::service
