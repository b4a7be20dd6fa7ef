// The limits of one batch of a bulk request: how long it occupies the writer.
#include "service/scim/bulk.hpp"

#include "service_fixture.hpp"
#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace scimd::service {
namespace {

class bulk_test : public testing::Test {
protected:
    // Runs one batch of a request with many cheap operations. Returns how many it has executed.
    std::size_t run_batch() {
        std::string operations;
        for (int i = 0; i < 200; ++i)
            operations += std::string(i ? "," : "") + R"({"method":"DELETE","path":"/Users/diruser_)" +
                          std::to_string(1 + i) + "\"}";
        const auto body =
                R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[)" +
                operations + "]}";
        auto request = scim::parse_bulk(parse_json_object(body).value(), fixture.schemas, "").value();
        const auto job = prepare_bulk(std::move(request), scim::conformance_mode::compat, *fixture.who.work);
        id_source ids(clock);
        store::transaction tx(fixture.tx().sql(), fixture.tx().now(), ids, std::nullopt, &others_wait);
        bulk_progress progress;
        run_bulk(tx, fixture.who, job, progress);
        return progress.next_unit;
    }

    service_fixture fixture;
    test::manual_clock clock;
    std::atomic<bool> others_wait = false;
};

TEST_F(bulk_test, ends_early_while_other_writers_wait) {
    others_wait = true;
    const auto done = run_batch();
    EXPECT_GE(done, 1U);
    EXPECT_LE(done, bulk_batch_operations_shared_max);
}

TEST_F(bulk_test, runs_longer_while_no_other_writer_waits) {
    std::size_t most = 0;  // of several batches: on a busy machine the time of one may be used up
    for (int i = 0; i < 50 && most <= bulk_batch_operations_shared_max; ++i)
        most = std::max(most, run_batch());
    EXPECT_GT(most, bulk_batch_operations_shared_max);
    EXPECT_LE(most, bulk_batch_operations_max);
}

}  // namespace
}  // namespace scimd::service
