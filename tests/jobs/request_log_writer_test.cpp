// The request log is written in batches.
#include "jobs/request_log_writer.hpp"

#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

namespace scimd::jobs {
namespace {

constexpr std::size_t busy_max = 1'000;  // a bound, so that a failing test ends

// The real store, with requests that arrive during each write.
class busy_database final : public store::database {
public:
    busy_database(store::database& target, std::function<void()> others)
            : target_(target), others_(std::move(others)) {}

    using database::submit;
    void submit(store::intent mode, const store::scheduling_key& key, store::task what,
            store::completion done) override {
        if (++submitted < busy_max)
            others_();
        target_.submit(mode, key, std::move(what), std::move(done));
    }
    void on_commit(std::function<void()> notify) override { target_.on_commit(std::move(notify)); }
    std::string why_not_writable() const override { return target_.why_not_writable(); }
    bool is_broken() const override { return target_.is_broken(); }
    void backup(const std::filesystem::path& target) override { target_.backup(target); }
    std::vector<std::string> check() override { return target_.check(); }
    void close() override { target_.close(); }

    std::size_t submitted = 0;

private:
    store::database& target_;
    const std::function<void()> others_;
};

TEST(request_log_writer_test, a_flush_writes_the_requests_that_wait_when_it_begins) {
    constexpr std::size_t batch = 200;
    test::api_fixture fixture;
    logger quiet([](std::string_view) {});
    fixture.requests.take(service::queued_records_max);
    const auto note = [&] {
        service::request_record one;
        one.directory = *directory_id::parse(fixture.directory);
        one.is_known = true;
        one.method = "POST";
        fixture.requests.note(std::move(one));
    };
    busy_database busy(*fixture.database, note);
    request_log_writer writer(busy, fixture.requests, fixture.requests_kept, quiet);

    for (std::size_t i = 0; i < batch + 1; ++i)
        note();
    writer.flush();
    EXPECT_EQ(busy.submitted, 2U);
    EXPECT_EQ(fixture.requests.take(service::queued_records_max).size(), 2U);
}

}  // namespace
}  // namespace scimd::jobs
