// The first signing key: how often it is generated, and for whom.
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace scimd::api {
namespace {

// A request that is taken one step further at a time.
class stepped_request {
public:
    stepped_request(test::api_fixture& fixture, std::string method, std::string target) : fixture_(fixture) {
        head_.method = std::move(method);
        head_.target = std::move(target);
        head_.from.address = "192.0.2.7";
        next_ = fixture_.pipeline.handle(request_);
        read();
    }
    stepped_request(const stepped_request&) = delete;
    stepped_request& operator=(const stepped_request&) = delete;

    [[nodiscard]] bool is_generating() const { return std::holds_alternative<blocking_task>(next_); }
    [[nodiscard]] bool is_waiting() const { return std::holds_alternative<external_call>(next_); }
    [[nodiscard]] bool is_called() const { return is_called_; }
    [[nodiscard]] const http::response& response() const { return std::get<http::response>(next_); }

    void generate() {
        const auto run = std::get<blocking_task>(next_).run;
        next_ = run(*fixture_.database);
        read();
    }

    void wait() {
        std::get<external_call>(next_).run([this] { is_called_ = true; });
    }

    void go_on() {
        const auto then = std::get<external_call>(next_).then;
        next_ = then();
        read();
    }

private:
    // As far as it goes without another thread.
    void read() {
        while (std::holds_alternative<transaction_step>(next_)) {
            const transaction_step job = std::get<transaction_step>(next_);
            reply outcome;
            store::run(*fixture_.database, job.mode, [&](store::transaction& tx) {
                outcome = job.run(tx);
                return verdict_of(outcome);
            });
            next_ = std::move(outcome);
        }
    }

    test::api_fixture& fixture_;
    http::request head_;
    request_context request_{head_};
    reply next_;
    bool is_called_ = false;
};

class signing_key_test : public testing::Test {
protected:
    std::size_t stored_keys() {
        return fixture.operate("GET", "/api/v1/signing-keys").body.at("signing_keys").as_array().size();
    }

    test::api_fixture fixture;
};

TEST_F(signing_key_test, two_hundred_anonymous_requests_generate_one_key) {
    std::vector<std::unique_ptr<stepped_request>> requests;
    for (int i = 0; i < 200; ++i)
        requests.push_back(std::make_unique<stepped_request>(fixture, "GET", "/keys"));
    ASSERT_TRUE(requests.front()->is_generating());
    for (std::size_t i = 1; i < requests.size(); ++i) {
        ASSERT_TRUE(requests[i]->is_waiting());
        requests[i]->wait();
        EXPECT_FALSE(requests[i]->is_called());
    }
    requests.front()->generate();
    const auto body = requests.front()->response().body;
    EXPECT_EQ(requests.front()->response().status, 200);
    for (std::size_t i = 1; i < requests.size(); ++i) {
        ASSERT_TRUE(requests[i]->is_called());
        requests[i]->go_on();
        EXPECT_EQ(requests[i]->response().status, 200);
        EXPECT_EQ(requests[i]->response().body, body);
    }
    EXPECT_EQ(stored_keys(), 1U);
}

TEST_F(signing_key_test, a_waiter_whose_generator_disconnects_gets_503_and_the_next_request_generates) {
    auto first = std::make_unique<stepped_request>(fixture, "GET", "/keys");
    stepped_request second(fixture, "GET", "/keys");
    ASSERT_TRUE(second.is_waiting());
    second.wait();
    ASSERT_TRUE(first->is_generating());
    first.reset();
    ASSERT_TRUE(second.is_called());
    second.go_on();
    EXPECT_EQ(second.response().status, 503);
    stepped_request third(fixture, "GET", "/keys");
    ASSERT_TRUE(third.is_generating());
    third.generate();
    EXPECT_EQ(third.response().status, 200);
}

TEST_F(signing_key_test, no_more_requests_wait_than_have_room) {
    stepped_request first(fixture, "GET", "/keys");
    for (std::size_t i = 0; i < single_flight::waiting_max; ++i)
        ASSERT_TRUE(fixture.server.first_signing_key->wait([] {}));
    stepped_request beyond(fixture, "GET", "/keys");
    ASSERT_TRUE(beyond.is_waiting());
    beyond.wait();
    EXPECT_TRUE(beyond.is_called());
    beyond.go_on();
    EXPECT_EQ(beyond.response().status, 503);
    EXPECT_TRUE(beyond.response().headers.find("Retry-After"));
}

TEST_F(signing_key_test, a_wrong_secret_generates_no_key) {
    const auto client = fixture.make_client("Billing");
    EXPECT_EQ(fixture.call("POST", "/oauth/token",
                             "grant_type=client_credentials&client_secret=wrong&client_id=" + client.id,
                             {{"Content-Type", "application/x-www-form-urlencoded"}})
                      .status,
            401);
    EXPECT_EQ(stored_keys(), 0U);
}

}  // namespace
}  // namespace scimd::api
