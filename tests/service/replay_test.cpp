// Event replay: folding the events of a directory yields its users, groups and members.
#include "scim/schema/catalogue_set.hpp"
#include "service/domains/held_user_release.hpp"
#include "service_fixture.hpp"
#include "store/held_users.hpp"
#include "store/resources.hpp"
#include "store/tenants.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

namespace scimd::service {
namespace {

using ids = std::vector<std::string>;

// The state of a consumer: built from events alone, or read from the store.
struct replica {
    std::map<std::string, std::string> users;   // id -> raw attributes
    std::map<std::string, std::string> groups;  // likewise
    std::map<std::string, std::set<std::string>> groups_of_user;
    std::set<std::pair<std::string, std::string>> members;  // group, member
    std::map<std::string, std::int64_t> totals;             // of members, as last published

    void apply(const json::object& event) {
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
    void apply_members(const json::object& data, bool is_added) {
        const std::string group(data.at("group").at("id").as_string());
        for (const auto& member : data.at("members").as_array()) {
            const std::pair row(group, std::string(member.at("id").as_string()));
            EXPECT_EQ(members.contains(row), !is_added) << "an event that changes nothing";
            is_added ? void(members.insert(row)) : void(members.erase(row));
        }
        totals[group] = data.at("total_members").as_int64();  // as it is after the whole request
    }
};

replica read_store(service_fixture& fixture) {
    namespace resources = store::resources;
    replica made;
    const auto directory = fixture.who.directory;
    const auto each = [&](std::string_view type, const auto& take) {
        resources::list(fixture.tx(), directory, type, {}, {}, 0, -1, [&](const resources::row& row) {
            take(row);
            return true;
        });
    };
    const auto text = [](const resources::row& row) {
        return to_text(parse_json_object(row.document).value());
    };
    each("User", [&](const resources::row& row) {
        if (store::held_users::is_held(fixture.tx(), directory, row.id))
            return;
        const auto id = "diruser_" + std::to_string(row.id.value);
        made.users[id] = text(row);
        auto& groups = made.groups_of_user[id];
        for (const auto& group : resources::groups_of(fixture.tx(), directory, row.id))
            groups.insert("dirgroup_" + std::to_string(group.group.value));
    });
    each("Group", [&](const resources::row& row) {
        const auto id = "dirgroup_" + std::to_string(row.id.value);
        made.groups[id] = text(row);
        resources::members_of(fixture.tx(), directory, row.id, [&](const resources::member_row& member) {
            if (store::held_users::is_held(fixture.tx(), directory, member.id))
                return true;
            const std::string prefix = member.type == "User" ? "diruser_" : "dirgroup_";
            made.members.emplace(id, prefix + std::to_string(member.id.value));
            return true;
        });
    });
    return made;
}

resource_id number_of(std::string_view group) {
    return {parse_prefixed(group, "dirgroup_").value()};
}

// Pseudo-random requests of clients, identical in every run.
class scripted_clients {
public:
    explicit scripted_clients(service_fixture& fixture) : fixture_(fixture) {}

    // Sends a request. Returns its status.
    int step() {
        switch (draw(12)) {
            case 0:
            case 1:
                return create_user();
            case 2:
                return groups_.size() < groups_max ? create_group() : remove("Groups", groups_);
            case 3:
                return fixture_.replace("Users", any(users_), user_body(name(), domain(), title())).status;
            case 4:
                return fixture_.patch("Users", any(users_), user_operations()).status;
            case 5:
                return fixture_.replace("Groups", any(groups_), group_body(name(), members_or_nothing()))
                        .status;
            case 6:
                return fixture_
                        .patch("Groups", any(groups_),
                                R"([{"op":"replace","path":"displayName","value":")" + name() + "\"}]")
                        .status;
            case 7:
                return draw(3) == 0 ? remove("Users", users_) : create_user();
            case 8:
                return groups_.size() < groups_max && draw(3) != 0 ? create_group()
                                                                   : remove("Groups", groups_);
            default:
                return fixture_.patch("Groups", any(groups_), member_operations()).status;
        }
    }

private:
    static constexpr std::size_t groups_max = 60;  // so that the directory stays as large as it is

    std::size_t draw(std::size_t below) { return engine_() % below; }
    std::string name() { return "name" + std::to_string(draw(200)); }
    std::string domain() { return draw(10) == 0 ? "evil.test" : "acme.com"; }
    std::string title() { return R"(,"title":"T)" + std::to_string(draw(5)) + "\""; }
    std::string any(const ids& from) { return from.empty() ? "none" : from[draw(from.size())]; }

    std::string some_members() {
        ids chosen;
        for (std::size_t i = draw(6); i > 0; --i)
            chosen.push_back(any(draw(4) == 0 ? groups_ : users_));
        return members_text(chosen);
    }

    std::string members_or_nothing() { return draw(2) == 0 ? "" : ",\"members\":" + some_members(); }

    std::string user_operations() {
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

    std::string member_operations() {
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

    int create_user() { return keep(fixture_.create("Users", user_body(name(), domain(), title())), users_); }
    int create_group() {
        return keep(fixture_.create("Groups", group_body(name(), members_or_nothing())), groups_);
    }

    static int keep(const answer& made, ids& in) {
        if (made.status == 201)
            in.push_back(made.id());
        return made.status;
    }

    int remove(std::string_view endpoint, ids& from) {
        if (from.empty())
            return 404;
        const auto place = from.begin() + static_cast<std::ptrdiff_t>(draw(from.size()));
        const auto status = fixture_.remove(endpoint, *place).status;
        from.erase(place);
        return status;
    }

    service_fixture& fixture_;
    std::mt19937_64 engine_{20'260'102};
    ids users_;
    ids groups_;
};

// Runs the clients and folds their events into a replica.
class replay {
public:
    explicit replay(service_fixture& fixture) : fixture_(fixture), clients_(fixture) {}

    void run(int steps) {
        for (int i = 0; i < steps; ++i)
            ++seen[clients_.step()];
    }

    void compare() {
        for (const auto& event : fixture_.new_events()) {
            EXPECT_EQ(event.at("sequence").as_int64(), ++sequence_);
            if (!event.at("type").as_string().ends_with("user_rejected"))
                folded.apply(event);
        }
        const auto stored = read_store(fixture_);
        EXPECT_EQ(folded.users, stored.users);
        EXPECT_EQ(folded.groups, stored.groups);
        EXPECT_EQ(folded.groups_of_user, stored.groups_of_user);
        EXPECT_EQ(folded.members, stored.members);
        for (const auto& [group, total] : folded.totals) {
            const auto directory = fixture_.who.directory;
            const auto all = store::resources::count_members(fixture_.tx(), directory, number_of(group));
            EXPECT_EQ(total,
                    all - store::held_users::count_members(fixture_.tx(), directory, number_of(group)));
        }
    }

    replica folded;
    std::map<int, int> seen;

private:
    service_fixture& fixture_;
    scripted_clients clients_;
    std::int64_t sequence_ = 0;
};

// The number of requests: SCIMD_REPLAY_OPERATIONS=100000 for the full run.
int operations() {
    const auto* text = std::getenv("SCIMD_REPLAY_OPERATIONS");
    return text ? std::atoi(text) : 2'000;
}

TEST(replay_test, folding_the_events_rebuilds_the_directory) {
    service_fixture fixture;
    replay log(fixture);
    for (int i = 1; i <= 8 && !testing::Test::HasFailure(); ++i) {
        log.run(operations() / 8);
        log.compare();
    }
    // The requests must have covered the interesting cases.
    for (const int status : {200, 201, 204, 400, 409})
        EXPECT_GE(log.seen[status], 20) << status;
    EXPECT_EQ(log.seen[500], 0);
    EXPECT_GE(log.folded.users.size(), 50U);
    EXPECT_GE(log.folded.members.size(), 50U);
}

// Domains are verified and lost, seats are few, and the replica has no held user.
TEST(replay_test, events_omit_held_users_until_their_release) {
    service_fixture fixture;
    fixture.who.policy = store::tenants::domain_policy::hold;
    store::tenants::set_domain_policy(
            fixture.tx(), fixture.who.organization, fixture.who.directory, fixture.who.policy);
    auto owner = store::tenants::find_organization(fixture.tx(), fixture.who.organization).value();
    const auto evil = domain_name::parse("evil.test").value();
    replay log(fixture);
    const scim::catalogue_set schemas(scim::catalogue::standard());
    std::int64_t most_held = 0;
    for (int i = 1; i <= 12 && !testing::Test::HasFailure(); ++i) {
        log.run(60);
        most_held = std::max(most_held, store::held_users::count(fixture.tx(), fixture.who.directory));
        owner.max_allowed_users = i % 3 == 0 ? 20 : 0;
        store::tenants::update_organization(fixture.tx(), owner);
        if (i % 4 == 0) {
            const auto domain = store::tenants::insert_domain(
                    fixture.tx(), owner.id, evil, store::tenants::domain_status::verified, false);
            while (release_held_users(fixture.tx(), fixture.who.environment, schemas))
                continue;
            log.run(20);
            store::tenants::delete_domain(fixture.tx(), owner.id, domain->id);
        }
        log.compare();
    }
    EXPECT_GE(most_held, 5);
    EXPECT_GE(log.seen[403], 5);
    EXPECT_GE(log.folded.members.size(), 20U);
}

}  // namespace
}  // namespace scimd::service
