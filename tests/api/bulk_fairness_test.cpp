// Fair scheduling of the writer during a bulk request: the share of other tenants, counted in transactions
// rather than in time.
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
        "test.count_users", "select count(*) from resources where type = 'User'"};

std::size_t users_in(store::transaction& tx) {
    std::size_t found = 0;
    tx.sql().run(count_users, {}, [&](const store::sql::row& row) {
        found = static_cast<std::size_t>(row.integer(0));
        return true;
    });
    return found;
}

class bulk_fairness_test : public bulk_test {
protected:
    // A batch of the bulk request: the number of users after it, and the number of transactions of others
    // before it.
    struct batch {
        std::size_t users = 0;
        std::size_t others_before = 0;
    };

    bulk_fairness_test() {
        real_ = fixture.database.get();
        auto interposed = std::make_unique<test::interposed_database>(std::move(fixture.database));
        interposed->around = [this](store::intent mode, store::task what) -> store::task {
            if (mode != store::intent::write)
                return what;
            return [this, what = std::move(what)](store::transaction& tx) {
                const auto others_before = std::exchange(others_done_, 0);
                if (has_others)
                    while (waiting_ < waiting_max)
                        submit_other();
                const auto verdict = what(tx);
                batches.push_back({users_in(tx), others_before});
                return verdict;
            };
        };
        fixture.database = std::move(interposed);
    }

    // Keeps transactions of another tenant waiting until the bulk request has been answered.
    void submit_other() {
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

    void wait_for_others() {
        is_answered = true;
        while (waiting_ > 0)
            std::this_thread::yield();
    }

    std::vector<batch> batches;  // used by the writer's thread
    bool has_others = false;
    std::atomic<bool> is_answered = false;

private:
    static constexpr int waiting_max = 200;  // more than one group commit takes

    const store::scheduling_key other_{.owner = {store::tenant::kind::customer, 77, 7}, .bytes = 100};
    store::database* real_ = nullptr;
    std::size_t others_done_ = 0;  // used by the writer's thread
    std::atomic<int> waiting_ = 0;
};

std::string creations(std::size_t count) {
    std::string operations;
    for (std::size_t i = 0; i < count; ++i)
        operations += (i > 0 ? "," : "") + post_user(std::to_string(i), "u" + std::to_string(i));
    return operations;
}

TEST_F(bulk_fairness_test, waiting_writers_run_between_the_batches) {
    has_others = true;
    const auto answer = bulk(creations(60));
    wait_for_others();
    EXPECT_EQ(statuses(answer), texts(60, "201"));
    EXPECT_GE(batches.size(), 60 / service::bulk_batch_operations_shared_max);
    std::size_t done = 0;
    std::size_t others_between = 0;
    for (const auto& one : batches) {
        EXPECT_LE(one.users - done, service::bulk_batch_operations_shared_max);
        done = one.users;
        others_between += one.others_before;
    }
    EXPECT_EQ(done, 60U);
    // Turns depend on the time that transactions have taken: one of the others may have taken long.
    EXPECT_GE(others_between, batches.size() - 1);
}

TEST_F(bulk_fairness_test, a_request_without_competition_runs_in_batches_too) {
    EXPECT_EQ(statuses(bulk(creations(150))), texts(150, "201"));
    EXPECT_GE(batches.size(), 2U);
    std::size_t done = 0;
    for (const auto& one : batches) {
        EXPECT_LE(one.users - done, service::bulk_batch_operations_max);
        done = one.users;
    }
    EXPECT_EQ(done, 150U);
}

}  // namespace
}  // namespace scimd::api
