#include "store/events.hpp"

#include "support/temp_store.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace scimd::store::events {
namespace {

using namespace std::chrono_literals;

class events_test : public testing::Test {
protected:
    transaction& tx() { return store.tx(); }

    event add(const tenants::directory& where, std::string body) {
        const event made{
                .id = {tx().next_id()},
                .organization = where.organization,
                .directory = where.id,
                .sequence = next_sequence(tx(), where.id),
                .type = "directory.user_created",
                .body = std::move(body),
        };
        append(tx(), made);
        return made;
    }

    std::vector<std::string> bodies_after(event_id after, std::int64_t limit) {
        std::vector<std::string> seen;
        list_after(tx(), after, limit, [&](const event& each) {
            seen.push_back(each.body);
            return true;
        });
        return seen;
    }

    std::vector<std::string> bodies_of(
            const tenants::directory& where, std::int64_t after, std::int64_t limit) {
        std::vector<std::string> seen;
        list_directory_after(tx(), where.id, after, limit, [&](const event& each) {
            seen.push_back(each.body);
            return true;
        });
        return seen;
    }

    test::temp_store store;
    const tenants::directory here = store.add_directory();
    const tenants::directory elsewhere = store.add_directory();
};

TEST_F(events_test, each_directory_counts_from_one_without_gaps) {
    EXPECT_EQ(next_sequence(tx(), here.id), 1);
    EXPECT_EQ(next_sequence(tx(), here.id), 2);
    EXPECT_EQ(next_sequence(tx(), elsewhere.id), 1);
    EXPECT_EQ(tenants::find_directory(tx(), here.organization, here.id)->last_sequence, 2);
    EXPECT_THROW(next_sequence(tx(), {7}), std::logic_error);
}

TEST_F(events_test, a_sequence_number_of_a_rolled_back_transaction_is_used_again) {
    tx().sql().run({"test", "savepoint work"});
    EXPECT_EQ(next_sequence(tx(), here.id), 1);
    tx().sql().run({"test", "rollback to work"});
    EXPECT_EQ(next_sequence(tx(), here.id), 1);
}

TEST_F(events_test, an_event_is_read_as_it_was_written) {
    const event made = add(here, R"({"id":"evt_1","ü":"\n"})");
    int seen = 0;
    list_after(tx(), {}, 10, [&](const event& each) {
        EXPECT_EQ(each.id, made.id);
        EXPECT_EQ(each.organization, made.organization);
        EXPECT_EQ(each.directory, made.directory);
        EXPECT_EQ(each.sequence, made.sequence);
        EXPECT_EQ(each.type, made.type);
        EXPECT_EQ(each.body, made.body);
        return ++seen > 0;
    });
    EXPECT_EQ(seen, 1);
}

TEST_F(events_test, a_sequence_number_is_used_once) {
    event made = add(here, "1");
    made.id = {tx().next_id()};
    EXPECT_THROW(append(tx(), made), sql::failure);
}

TEST_F(events_test, an_event_cannot_name_another_organization_than_its_directorys) {
    const event made{
            .id = {tx().next_id()},
            .organization = elsewhere.organization,
            .directory = here.id,
            .sequence = next_sequence(tx(), here.id),
            .type = "directory.user_created",
            .body = "{}",
    };
    EXPECT_THROW(append(tx(), made), sql::failure);
}

TEST_F(events_test, events_are_listed_behind_a_position) {
    const event first = add(here, "1");
    const event second = add(elsewhere, "2");
    add(here, "3");
    using texts = std::vector<std::string>;
    EXPECT_EQ(bodies_after({}, 10), (texts{"1", "2", "3"}));
    EXPECT_EQ(bodies_after({}, 2), (texts{"1", "2"}));
    EXPECT_EQ(bodies_after(first.id, 10), (texts{"2", "3"}));
    EXPECT_EQ(bodies_after(second.id, 10), (texts{"3"}));
    EXPECT_EQ(bodies_of(here, 0, 10), (texts{"1", "3"}));
    EXPECT_EQ(bodies_of(here, 0, 1), (texts{"1"}));
    EXPECT_EQ(bodies_of(here, 1, 10), (texts{"3"}));
    EXPECT_EQ(bodies_of(here, 2, 10), texts{});
    EXPECT_EQ(bodies_of(elsewhere, 0, 10), (texts{"2"}));

    int seen = 0;
    list_after(tx(), {}, 10, [&](const event&) { return ++seen < 2; });
    EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace scimd::store::events
