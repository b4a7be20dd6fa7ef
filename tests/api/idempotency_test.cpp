// Idempotency-Key: an answer that was lost may be asked for again.
#include "api/idempotency.hpp"

#include "support/api_house.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace scimd::api {
namespace {

using namespace std::chrono_literals;

class idempotency_test : public testing::Test {
protected:
    test::answer post(std::string_view target, std::string_view body, const std::string& key)
    {
        http::request request;
        request.method = "POST";
        request.target = target;
        request.headers.add("Idempotency-Key", key);
        request.body = body;
        request.from.is_operator = true;
        return home.send(std::move(request));
    }

    std::int64_t organizations()
    {
        return home.operate("GET", "/api/v1/organizations").body.at("total_size").as_int64();
    }

    test::api_house home;
    const std::string path = "/api/v1/organizations";
    const std::string acme = R"({"display_name":"Acme"})";
};

TEST_F(idempotency_test, a_repeat_gets_the_same_answer_and_makes_nothing)
{
    const auto before = organizations();
    const auto first = post(path, acme, "key-1");
    ASSERT_EQ(first.status, 201);
    const auto second = post(path, acme, "key-1");
    EXPECT_EQ(second.status, 201);
    EXPECT_EQ(second.text, first.text);
    EXPECT_EQ(organizations(), before + 1);

    EXPECT_NE(post(path, acme, "key-2").text, first.text);
    EXPECT_EQ(organizations(), before + 2);
}

TEST_F(idempotency_test, a_repeated_rotation_or_test_is_one)
{
    const auto rotation = post("/api/v1/signing-keys:rotate", R"({"at_once":true})", "key-1");
    ASSERT_EQ(rotation.status, 200) << rotation.text;
    EXPECT_EQ(post("/api/v1/signing-keys:rotate", R"({"at_once":true})", "key-1").text, rotation.text);
    EXPECT_EQ(home.operate("GET", "/api/v1/signing-keys").text, rotation.text);
    EXPECT_EQ(post("/api/v1/signing-keys:rotate", "{}", "key-1").status, 409);

    const auto made =
        home.operate("POST", "/api/v1/webhook-endpoints", R"({"url":"https://example.com/hook"})");
    ASSERT_EQ(made.status, 201) << made.text;
    const auto test = "/api/v1/webhook-endpoints/" + made.text_of("id") + ":test";
    const auto sent = post(test, "", "key-2");
    ASSERT_EQ(sent.status, 202) << sent.text;
    EXPECT_EQ(post(test, "", "key-2").text, sent.text);
    EXPECT_NE(post(test, "", "key-3").text, sent.text);
}

TEST_F(idempotency_test, a_key_stands_for_one_request)
{
    ASSERT_EQ(post(path, acme, "key").status, 201);
    EXPECT_EQ(post(path, R"({"display_name":"Other"})", "key").status, 409);
    EXPECT_EQ(post(path + "/" + home.organization + "/directories", "{}", "key").status, 409);
}

TEST_F(idempotency_test, a_failure_is_not_kept)
{
    EXPECT_EQ(post(path, R"({"display_name":""})", "key").status, 400);
    EXPECT_EQ(post(path, acme, "key").status, 201);
}

TEST_F(idempotency_test, a_secret_is_not_shown_again_and_not_kept)
{
    const auto secrets = "/api/v1/organizations/-/directories/" + home.directory + "/secrets";
    const auto made = post(secrets, "{}", "key");
    ASSERT_EQ(made.status, 201);
    const auto again = post(secrets, "{}", "key");
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.text.find(made.text_of("plain_secret")), std::string::npos);
    EXPECT_EQ(home.operate("GET", secrets).body.at("secrets").as_array().size(), 2U);
}

TEST_F(idempotency_test, an_answer_is_kept_for_a_day)
{
    const auto first = post(path, acme, "key");
    home.clock.advance(24h - 1us);
    EXPECT_EQ(post(path, acme, "key").text, first.text);
    home.clock.advance(1us);
    const auto later = post(path, acme, "key");
    EXPECT_EQ(later.status, 201);
    EXPECT_NE(later.text, first.text);
}

TEST_F(idempotency_test, a_key_has_a_length)
{
    EXPECT_EQ(post(path, acme, std::string(idempotency_key_bytes_max, 'k')).status, 201);
    EXPECT_EQ(post(path, acme, std::string(idempotency_key_bytes_max + 1, 'k')).status, 400);
    EXPECT_EQ(post(path, acme, "").status, 400);
}

}  // namespace
}  // namespace scimd::api
