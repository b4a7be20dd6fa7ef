// What other tenants get of the writer while a bulk request is carried out: counted in works, not in time.
#include "bulk_fixture.hpp"
#include "service/scim/bulk.hpp"
#include "store/engine/database.hpp"
#include "support/interposed_database.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace scimd::api {
namespace {

constexpr store::sql::statement count_users{
    "test.count_users", "select count(*) from resources where type = 'User'"
};

std::size_t users_in(store::transaction& tx)
{
    std::size_t found = 0;
    tx.sql().run(count_users, {}, [&](const store::sql::row& row) {
        found = static_cast<std::size_t>(row.integer(0));
        return true;
    });
    return found;
}

class bulk_turns_test : public bulk_test {
protected:
    // A round of the bulk request: so many users were there after it, and so many works of others ran before
    // it.
    struct round {
        std::size_t users = 0;
        std::size_t others_before = 0;
    };

    bulk_turns_test()
    {
        real_ = fixture.database.get();
        auto between = std::make_unique<test::interposed_database>(std::move(fixture.database));
        between->around = [this](store::intent mode, store::task what) -> store::task {
            if (mode != store::intent::write)
                return what;
            return [this, what = std::move(what)](store::transaction& tx) {
                const auto others_before = std::exchange(others_done_, 0);
                if (has_others)
                    while (waiting_ < waiting_max)
                        submit_other();
                const auto verdict = what(tx);
                rounds.push_back({users_in(tx), others_before});
                return verdict;
            };
        };
        fixture.database = std::move(between);
    }

    // Always some of another tenant wait, until the bulk request has been answered.
    void submit_other()
    {
        ++waiting_;
        const auto work = [this](store::transaction&) {
            ++others_done_;
            return store::verdict::rollback;
        };
        real_->submit(store::intent::write, other_, work, [this](const std::exception_ptr&) {
            if (!is_answered)
                submit_other();
            --waiting_;
        });
    }

    void wait_for_others()
    {
        is_answered = true;
        while (waiting_ > 0)
            std::this_thread::yield();
    }

    std::vector<round> rounds;  // of the writer's thread
    bool has_others = false;
    std::atomic<bool> is_answered = false;

private:
    static constexpr int waiting_max = 200;  // more than one commit takes

    const store::scheduling_key other_{.owner = {store::tenant::kind::customer, 77, 7}, .bytes = 100};
    store::database* real_ = nullptr;
    std::size_t others_done_ = 0;  // of the writer's thread
    std::atomic<int> waiting_ = 0;
};

std::string creations(std::size_t count)
{
    std::string operations;
    for (std::size_t i = 0; i < count; ++i)
        operations += (i > 0 ? "," : "") + post_user(std::to_string(i), "u" + std::to_string(i));
    return operations;
}

TEST_F(bulk_turns_test, others_that_wait_come_between_its_rounds)
{
    has_others = true;
    const auto answer = bulk(creations(60));
    wait_for_others();
    EXPECT_EQ(statuses(answer), texts(60, "201"));
    EXPECT_GE(rounds.size(), 60 / service::bulk_batch_operations_shared_max);
    std::size_t done = 0;
    std::size_t others_between = 0;
    for (const auto& one : rounds) {
        EXPECT_LE(one.users - done, service::bulk_batch_operations_shared_max);
        done = one.users;
        others_between += one.others_before;
    }
    EXPECT_EQ(done, 60U);
    // Turns follow from the time that works have taken: one of the others may have taken long.
    EXPECT_GE(others_between, rounds.size() - 1);
}

TEST_F(bulk_turns_test, alone_it_is_done_in_rounds_all_the_same)
{
    EXPECT_EQ(statuses(bulk(creations(150))), texts(150, "201"));
    EXPECT_GE(rounds.size(), 2U);
    std::size_t done = 0;
    for (const auto& one : rounds) {
        EXPECT_LE(one.users - done, service::bulk_batch_operations_max);
        done = one.users;
    }
    EXPECT_EQ(done, 150U);
}

}  // namespace
}  // namespace scimd::api
