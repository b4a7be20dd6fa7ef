// The fixture of tests of concurrent changes: lets a test act between the preparation of a request on a
// snapshot and its write (docs/decisions/0036).
#pragma once

#include "api/auth/reauthenticate.hpp"
#include "support/api_fixture.hpp"
#include "support/interposed_database.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::api {

using texts = std::vector<std::string>;

inline constexpr std::string_view set_title = R"([{"op":"replace","path":"title","value":"Queen"}])";

class concurrent_change_test : public testing::Test {
protected:
    explicit concurrent_change_test(const api::limits& bounds = {}) : fixture(bounds) {
        auto interposed = std::make_unique<test::interposed_database>(std::move(fixture.database));
        database = interposed.get();
        fixture.database = std::move(interposed);
    }

    // Runs `act` once, before the next write.
    void once(std::function<void()> act) {
        database->before = [this, act = std::move(act)](store::intent mode) {
            if (mode != store::intent::write)
                return;
            database->before = nullptr;
            act();
        };
    }

    // Runs `act` once, between the commit of the next write and its response.
    void once_committed(std::function<void()> act) {
        once([this, act = std::move(act)] {
            database->before = [this, act](store::intent) {
                database->before = nullptr;
                act();
            };
        });
    }

    // Drops the events and counts so far.
    void discard_events() {
        new_events();
        database->scans = database->writes = 0;
    }

    // Advances the clock beyond the time for which an authenticated token stays valid (recheck_after).
    void wait_long() { fixture.clock.advance(recheck_after); }

    std::vector<json::object> new_events() {
        auto all = fixture.events();
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(seen));
        seen += all.size();
        return all;
    }
    texts new_event_types() {
        auto types = fixture.event_types();
        types.erase(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(seen));
        seen += types.size();
        return types;
    }

    test::answer operate(std::string_view method, const std::string& path, std::string_view body = "") {
        auto done = fixture.operate(method, path, body);
        EXPECT_LT(done.status, 300) << path << ' ' << done.text;
        return done;
    }

    test::api_fixture fixture;
    test::interposed_database* database = nullptr;
    std::size_t seen = 0;
    const std::string owner = "/api/v1/organizations/" + fixture.organization;
    const std::string directory = owner + "/directories/" + fixture.directory;
};

class concurrent_user_change_test : public concurrent_change_test {
protected:
    concurrent_user_change_test() { discard_events(); }

    test::answer title(test::header_list headers = {}) { return fixture.patch(path, set_title, headers); }
    void join_group() {
        fixture.make_group("Staff", R"(,"members":[{"value":")" + id + R"("}])");
        discard_events();
    }

    const std::string id = fixture.make_user("anna", R"(,"title":"Boss")");
    const std::string path = "/Users/" + id;
};

}  // namespace scimd::api
