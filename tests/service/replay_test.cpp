// Whoever folds the events of a directory knows its users, groups and members without asking.
#include "service_house.hpp"
#include "store/resources.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace scimd::service {
namespace {

using ids = std::vector<std::string>;

// What an application keeps: built of events alone, or read from the store.
struct replica {
    std::map<std::string, std::string> users;   // id -> raw attributes
    std::map<std::string, std::string> groups;  // likewise
    std::map<std::string, std::set<std::string>> groups_of_user;
    std::set<std::pair<std::string, std::string>> members;  // group, member
    std::map<std::string, std::int64_t> totals;             // of members, as told last

    void apply(const json::object& event)
    {
        const std::string type(event.at("type").as_string());
        const auto& data = event.at("data").as_object();
        if (type.ends_with("group_member_added") || type.ends_with("group_member_removed")) {
            apply_members(data, type.ends_with("added"));
            return;
        }
        const std::string id(data.at("id").as_string());
        if (type.ends_with("user_deleted")) {
            users.erase(id);
            groups_of_user.erase(id);
        } else if (type.ends_with("group_deleted")) {
            groups.erase(id);
            totals.erase(id);
            std::erase_if(members, [&](const auto& one) { return one.first == id; });
        } else if (type.ends_with("user_created") || type.ends_with("user_updated")) {
            users[id] = to_text(data.at("raw_attributes"));
            auto& listed = groups_of_user[id];
            listed.clear();
            for (const auto& group : data.at("groups").as_array())
                listed.emplace(group.at("id").as_string());
        } else {
            groups[id] = to_text(data.at("raw_attributes"));
        }
    }

private:
    void apply_members(const json::object& data, bool is_added)
    {
        const std::string group(data.at("group").at("id").as_string());
        for (const auto& member : data.at("members").as_array()) {
            const std::pair row(group, std::string(member.at("id").as_string()));
            EXPECT_EQ(members.contains(row), !is_added) << "an event that changes nothing";
            is_added ? void(members.insert(row)) : void(members.erase(row));
        }
        totals[group] = data.at("total_members").as_int64();  // as it is after the whole request
    }
};

replica read_store(service_house& house)
{
    namespace resources = store::resources;
    replica made;
    const auto where = house.who.directory;
    const auto each = [&](std::string_view type, const auto& take) {
        resources::list(house.tx(), where, type, {}, {}, 0, -1, [&](const resources::row& row) {
            take(row);
            return true;
        });
    };
    const auto text = [](const resources::row& row) {
        return to_text(parse_json_object(row.document).value());
    };
    each("User", [&](const resources::row& row) {
        const auto id = "diruser_" + std::to_string(row.id.value);
        made.users[id] = text(row);
        auto& groups = made.groups_of_user[id];
        for (const auto& group : resources::groups_of(house.tx(), where, row.id))
            groups.insert("dirgroup_" + std::to_string(group.group.value));
    });
    each("Group", [&](const resources::row& row) {
        const auto id = "dirgroup_" + std::to_string(row.id.value);
        made.groups[id] = text(row);
        resources::members_of(house.tx(), where, row.id, [&](const resources::member_row& member) {
            const std::string prefix = member.type == "User" ? "diruser_" : "dirgroup_";
            made.members.emplace(id, prefix + std::to_string(member.id.value));
            return true;
        });
    });
    return made;
}

resource_id number_of(std::string_view group)
{
    return {parse_prefixed(group, "dirgroup_").value()};
}

// Clients at work, the same in every run.
class scripted_clients {
public:
    explicit scripted_clients(service_house& house) : house_(house) {}

    // The status of what was done.
    int step()
    {
        switch (draw(12)) {
            case 0:
            case 1:
                return create_user();
            case 2:
                return create_group();
            case 3:
                return house_.replace("Users", any(users_), user_body(name(), domain(), title())).status;
            case 4:
                return house_.patch("Users", any(users_), user_operations()).status;
            case 5:
                return house_.replace("Groups", any(groups_), group_body(name(), members_or_nothing()))
                    .status;
            case 6:
                return house_
                    .patch(
                        "Groups",
                        any(groups_),
                        R"([{"op":"replace","path":"displayName","value":")" + name() + "\"}]"
                    )
                    .status;
            case 7:
                return draw(3) == 0 ? remove("Users", users_) : create_user();
            case 8:
                return draw(3) == 0 ? remove("Groups", groups_) : create_group();
            default:
                return house_.patch("Groups", any(groups_), member_operations()).status;
        }
    }

private:
    std::size_t draw(std::size_t below) { return engine_() % below; }
    std::string name() { return "name" + std::to_string(draw(200)); }
    std::string domain() { return draw(10) == 0 ? "evil.test" : "acme.com"; }
    std::string title() { return R"(,"title":"T)" + std::to_string(draw(5)) + "\""; }
    std::string any(const ids& from) { return from.empty() ? "none" : from[draw(from.size())]; }

    std::string some_members()
    {
        ids chosen;
        for (std::size_t i = draw(6); i > 0; --i)
            chosen.push_back(any(draw(4) == 0 ? groups_ : users_));
        return members_text(chosen);
    }

    std::string members_or_nothing() { return draw(2) == 0 ? "" : ",\"members\":" + some_members(); }

    std::string user_operations()
    {
        const auto number = std::to_string(draw(5));
        switch (draw(4)) {
            case 0:
                return R"([{"op":"add","path":"nickName","value":"N)" + number + "\"}]";
            case 1:
                return R"([{"op":"remove","path":"title"}])";
            case 2:
                return R"([{"op":"replace","path":"active","value":)" +
                       std::string(draw(2) == 0 ? "true" : "false") + "}]";
            default:
                return R"([{"op":"replace","path":"emails","value":[{"value":"x)" + number + "@" + domain() +
                       R"("}]}])";
        }
    }

    std::string member_operations()
    {
        const auto operation = [&] {
            switch (draw(4)) {
                case 0:
                    return R"({"op":"remove","path":"members[value eq \")" + any(users_) + R"(\"]"})";
                case 1:
                    return R"({"op":"replace","path":"members","value":)" + some_members() + "}";
                default:
                    return R"({"op":"add","path":"members","value":)" + some_members() + "}";
            }
        };
        auto text = "[" + operation();
        for (std::size_t i = draw(3); i > 0; --i)
            text += "," + operation();
        return text + "]";
    }

    int create_user() { return keep(house_.create("Users", user_body(name(), domain(), title())), users_); }
    int create_group()
    {
        return keep(house_.create("Groups", group_body(name(), members_or_nothing())), groups_);
    }

    static int keep(const answer& made, ids& in)
    {
        if (made.status == 201)
            in.push_back(made.id());
        return made.status;
    }

    int remove(std::string_view endpoint, ids& from)
    {
        if (from.empty())
            return 404;
        const auto place = from.begin() + static_cast<std::ptrdiff_t>(draw(from.size()));
        const auto status = house_.remove(endpoint, *place).status;
        from.erase(place);
        return status;
    }

    service_house& house_;
    std::mt19937_64 engine_{20'260'102};
    ids users_;
    ids groups_;
};

TEST(replay_test, folding_the_events_rebuilds_the_directory)
{
    service_house house;
    scripted_clients clients(house);
    replica folded;
    std::map<int, int> seen;
    std::int64_t sequence = 0;
    for (int i = 1; i <= 2'000; ++i) {
        ++seen[clients.step()];
        if (i % 250 != 0)
            continue;
        for (const auto& event : house.new_events()) {
            EXPECT_EQ(event.at("sequence").as_int64(), ++sequence);
            if (!event.at("type").as_string().ends_with("user_rejected"))
                folded.apply(event);
        }
        const auto stored = read_store(house);
        ASSERT_EQ(folded.users, stored.users) << "after " << i;
        ASSERT_EQ(folded.groups, stored.groups) << "after " << i;
        ASSERT_EQ(folded.groups_of_user, stored.groups_of_user) << "after " << i;
        ASSERT_EQ(folded.members, stored.members) << "after " << i;
        for (const auto& [group, total] : folded.totals) {
            EXPECT_EQ(
                total, store::resources::count_members(house.tx(), house.who.directory, number_of(group))
            );
        }
    }
    // The script must have met what it was written for.
    for (const int status : {200, 201, 204, 400, 409})
        EXPECT_GE(seen[status], 20) << status;
    EXPECT_EQ(seen[500], 0);
    EXPECT_GE(folded.users.size(), 50U);
    EXPECT_GE(folded.members.size(), 50U);
}

}  // namespace
}  // namespace scimd::service
