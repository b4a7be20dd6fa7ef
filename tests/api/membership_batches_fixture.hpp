// The fixture of tests that change very many memberships over HTTP.
#pragma once

#include "api/run_in_process.hpp"
#include "service/groups/membership_jobs.hpp"
#include "service/scim/representation.hpp"
#include "store/membership_jobs.hpp"
#include "support/api_fixture.hpp"
#include "support/interposed_database.hpp"
#include "support/large_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace scimd::api {

using texts = std::vector<std::string>;

constexpr auto at_once = service::membership_jobs::members_at_once_max;
constexpr auto groups_at_once = service::membership_jobs::groups_at_once_max;

struct killed : std::runtime_error {
    killed() : std::runtime_error("the process has ended") {}
};

class membership_batches_fixture : public testing::Test {
protected:
    explicit membership_batches_fixture(const api::limits& bounds = {})
            : fixture(bounds),
              database_(new test::interposed_database(std::move(fixture.database))),
              database(*database_) {
        fixture.database.reset(database_);
    }
    ~membership_batches_fixture() override { EXPECT_EQ(fixture.database->check(), texts()); }

    void write(const std::function<void(store::transaction&)>& what) {
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            what(tx);
            return store::verdict::commit;
        });
    }
    texts add_users(const std::string& prefix, std::size_t count) {
        texts made;
        write([&](store::transaction& tx) {
            for (const auto user : test::write_users(tx, where, prefix, count))
                made.push_back("diruser_" + std::to_string(user.value));
        });
        return made;
    }
    void put_into(const std::string& group, const texts& users) {
        write([&](store::transaction& tx) {
            std::vector<resource_id> numbers;
            for (const auto& user : users)
                numbers.push_back(test::number_in(user));
            test::write_members(tx, where, test::number_in(group), numbers);
        });
    }
    texts groups_with(const std::string& user, std::size_t count) {
        texts made;
        write([&](store::transaction& tx) {
            for (std::size_t i = 0; i < count; ++i) {
                const auto name = "of " + user + std::to_string(i);
                const auto group = store::resources::insert(
                        tx, where, "Group", R"({"displayName":")" + name + "\"}", {.unique_key = name});
                test::write_members(tx, where, group->id, {test::number_in(user)});
                made.push_back("dirgroup_" + std::to_string(group->id.value));
            }
        });
        return made;
    }

    static std::string listed(const texts& ids) {
        std::string text = "[";
        for (const auto& id : ids)
            text.append(text.size() > 1 ? "," : "").append(R"({"value":")" + id + R"("})");
        return text + "]";
    }
    static std::string group_body(const std::string& name, const texts& members) {
        return R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":")" + name +
               R"(","members":)" + listed(members) + "}";
    }
    static std::string patch_body(const std::string& operations) {
        return R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":)" + operations +
               "}";
    }

    // Sends a request and counts its transactions from 0.
    http::response send(std::string_view method, const std::string& path, std::string body = {}) {
        http::request head;
        head.method = method;
        head.target = fixture.base() + path;
        head.body = std::move(body);
        head.from.address = "192.0.2.7";
        head.id = "request-1";
        head.headers.add("Authorization", "Bearer " + fixture.token);
        database.writes = 0;
        database.scans = 0;
        auto response = run_in_process(fixture.pipeline, *fixture.database, std::move(head));
        writes = database.writes;
        scans = database.scans;
        return response;
    }
    // Simulates a crash of the process before that write of the request.
    void kill_at_write(std::size_t number) {
        database.before = [this, number](store::intent mode) {
            if (mode == store::intent::write && database.writes == number)
                throw killed();
        };
    }

    texts members_of(const std::string& group) {
        texts found;
        const auto got = fixture.scim("GET", "/Groups/" + group);
        if (const auto* members = find_array(got.body, "members"))
            for (const auto& member : *members)
                found.emplace_back(member.at("value").as_string());
        return found;
    }
    std::size_t count(std::string_view query) {
        std::size_t total = 0;
        write([&](store::transaction& tx) {
            tx.sql().run({"test.count", query}, {},
                    [&](const auto& row) { total = static_cast<std::size_t>(row.integer(0)); });
        });
        return total;
    }
    std::size_t jobs() { return count("select count(*) from membership_jobs"); }
    std::size_t parts() { return count("select count(*) from membership_parts"); }

    // All events of the directory.
    std::vector<json::object> events() {
        std::vector<json::object> found;
        write([&](store::transaction& tx) {
            tx.sql().run({"test.events",
                                 "select body from events where directory_id = $1 and id > $2 order by id"},
                    {where.value, first_event},
                    [&](const auto& row) { found.push_back(parse_json_object(row.text(0)).value()); });
        });
        return found;
    }

    // The members in the events of that kind.
    texts members_in(std::string_view kind) {
        texts found;
        for (const auto& event : events())
            if (event.at("type").as_string() == "organization.directory." + std::string(kind))
                for (const auto& member : event.at("data").at("members").as_array())
                    found.emplace_back(member.at("id").as_string());
        std::ranges::sort(found);
        return found;
    }

    test::api_fixture fixture;

private:
    test::interposed_database* database_;  // the database of the fixture

protected:
    test::interposed_database& database;
    directory_id where = directory_id::parse(fixture.directory).value();
    std::size_t writes = 0;  // of the last request
    std::size_t scans = 0;
    std::int64_t first_event = 0;  // later events are checked
};

}  // namespace scimd::api
