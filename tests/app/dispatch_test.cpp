#include "app/dispatch.hpp"

#include "api/preparation.hpp"
#include "base/long_text.hpp"
#include "service/membership.hpp"
#include "service/membership_jobs.hpp"
#include "service/representation.hpp"
#include "support/api_house.hpp"
#include "support/large_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>

namespace scimd::app {
namespace {

namespace asio = boost::asio;

// A request that has arrived whole, in memory.
class memory_exchange final : public net::exchange {
public:
    memory_exchange(http::request head, std::string body) : head_(std::move(head)), body_(std::move(body)) {}

    http::request& head() override { return head_; }

    asio::awaitable<result<std::string>> read_body(std::size_t bytes_max) override
    {
        ++times_read;
        if (while_body_comes)
            while_body_comes();
        if (body_.size() > bytes_max)
            co_return error{errc::too_large, "The body is too large."};
        co_return std::move(body_);
    }

    asio::awaitable<result<void>> reserve_memory(std::size_t bytes) override
    {
        reserved.push_back(bytes);
        if (bytes > memory_max)
            co_return error{errc::too_many_requests, "All the memory is taken."};
        co_return result<void>();
    }

    int times_read = 0;
    std::function<void()> while_body_comes;
    std::vector<std::size_t> reserved;
    std::size_t memory_max = SIZE_MAX;

private:
    http::request head_;
    std::string body_;
};

// The real store, but for what it is told to fail at.
class failing_database final : public store::database {
public:
    explicit failing_database(store::database& target) : target_(target) {}

    using database::submit;
    void submit(
        store::intent mode, const store::scheduling_key& key, store::task what, store::completion done
    ) override
    {
        keys.push_back(key);
        modes.push_back(mode);
        if (failure && mode == fails_at && fails_late) {
            target_.submit(mode, key, std::move(what), [this, done](const std::exception_ptr&) {
                done(failure);
            });
            return;
        }
        if (failure && mode == fails_at) {
            if (succeeds_before == 0) {
                done(failure);
                return;
            }
            --succeeds_before;
        }
        target_.submit(mode, key, std::move(what), std::move(done));
    }
    void on_commit(std::function<void()> bell) override { target_.on_commit(std::move(bell)); }
    std::string why_not_writable() const override { return target_.why_not_writable(); }
    bool is_broken() const override { return target_.is_broken(); }
    void backup(const std::filesystem::path& target) override { target_.backup(target); }
    std::vector<std::string> check() override
    {
        if (failure)
            std::rethrow_exception(failure);
        return target_.check();
    }
    void close() override { target_.close(); }

    std::vector<store::scheduling_key> keys;  // of all that was submitted
    std::vector<store::intent> modes;
    std::exception_ptr failure;
    store::intent fails_at = store::intent::write;
    std::size_t succeeds_before = 0;  // so many of that intent
    bool fails_late = false;          // when the work has been done

private:
    store::database& target_;
};

class dispatch_test : public testing::Test {
protected:
    http::response respond(http::request request, std::string body = {})
    {
        request.id = "request-1";
        memory_exchange exchange(std::move(request), std::move(body));
        exchange.while_body_comes = while_body_comes;
        exchange.memory_max = memory_max;
        io.restart();
        http::response response;
        std::exception_ptr thrown;
        asio::co_spawn(io, tested.respond(exchange), [&](std::exception_ptr failure, http::response made) {
            thrown = failure;
            response = std::move(made);
        });
        io.run();
        EXPECT_FALSE(thrown) << "respond() must not throw";
        times_read = exchange.times_read;
        reserved = std::move(exchange.reserved);
        return response;
    }

    http::response scim(std::string_view method, std::string_view path, std::string body = {})
    {
        http::request request;
        request.method = method;
        request.target = home.base().append(path);
        request.headers.add("Authorization", "Bearer " + home.token);
        return respond(std::move(request), std::move(body));
    }

    http::response operate(std::string_view method, std::string_view target, std::string body = {})
    {
        http::request request;
        request.method = method;
        request.target = target;
        request.from.is_operator = true;
        return respond(std::move(request), std::move(body));
    }

    template <class Failure>
    void fail_at(store::intent mode, std::size_t succeeds_before = 0)
    {
        database.fails_at = mode;
        database.succeeds_before = succeeds_before;
        database.failure = std::make_exception_ptr(Failure("table users of anna@acme.com"));
    }

    static std::string header(const http::response& of, std::string_view name)
    {
        const auto* value = of.headers.find(name);
        return value ? *value : std::string();
    }

    std::vector<json::object> log_lines()
    {
        const std::scoped_lock lock(mutex);
        std::vector<json::object> lines;
        std::size_t start = 0;
        for (auto end = log_text.find('\n'); end != std::string::npos; end = log_text.find('\n', start)) {
            lines.push_back(parse_json_object(log_text.substr(start, end - start)).value());
            start = end + 1;
        }
        return lines;
    }

    // Outlives the store, whose writer may still be waking it when the answer is there already.
    asio::io_context io;
    test::api_house home;
    failing_database database{*home.database};
    std::mutex mutex;
    std::string log_text;
    logger log{[this](std::string_view line) {
        const std::scoped_lock lock(mutex);
        log_text += line;
    }};
    commit_bell bell{io.get_executor()};
    dispatcher tested{home.site, database, bell, log, home.figures};
    int times_read = 0;
    std::function<void()> while_body_comes;
    std::vector<std::size_t> reserved;  // by the last request, beside its body
    std::size_t memory_max = SIZE_MAX;  // that a request may reserve
};

TEST_F(dispatch_test, each_way_to_a_response_is_gone_to_its_end)
{
    EXPECT_EQ(operate("GET", "/healthz").status, 200);                  // at once
    const auto made = scim("POST", "/Users", test::user_text("anna"));  // read, body, write
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(times_read, 1);
    const auto id = std::string(parse_json_object(made.body)->at("id").as_string());
    EXPECT_EQ(scim("GET", "/Users/" + id).body, made.body);  // read within read
    EXPECT_EQ(times_read, 0);
    EXPECT_EQ(scim("GET", "/Users?filter=title%20pr").status, 200);  // scan
    EXPECT_EQ(scim("DELETE", "/Users/" + id).status, 204);           // write without a body
    EXPECT_EQ(operate("POST", "/api/v1/check").body, R"({"is_sound":true,"findings":[]})");  // chore
    EXPECT_EQ(operate("POST", "/api/v1/organizations", R"({"display_name":"B"})").status, 201);
}

TEST_F(dispatch_test, a_refused_head_leaves_the_body_unread)
{
    http::request request;
    request.method = "POST";
    request.target = home.base() + "/Users";
    EXPECT_EQ(respond(std::move(request), test::user_text("anna")).status, 401);
    EXPECT_EQ(times_read, 0);
    EXPECT_EQ(scim("POST", "/Unknown", "{}").status, 404);
    EXPECT_EQ(times_read, 0);
}

// Were it parsed within that read, it would take more than a read on such a thread may, and be done again as
// a scan.
TEST_F(dispatch_test, a_large_body_that_came_late_is_not_parsed_where_its_token_is_judged_again)
{
    std::string many = R"({"schemas":[)";
    for (int i = 0; i < 400'000; ++i)
        many += "0,";
    many += "}";
    const auto refused = scim("POST", "/Users", many);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(database.modes, std::vector{store::intent::inline_read});

    database.modes.clear();
    while_body_comes = [this] { home.clock.advance(std::chrono::seconds(1)); };
    EXPECT_EQ(scim("POST", "/Users", many).body, refused.body);
    EXPECT_EQ(database.modes, (std::vector{store::intent::inline_read, store::intent::inline_read}));
}

TEST_F(dispatch_test, a_token_that_is_revoked_while_a_body_comes_is_refused)
{
    while_body_comes = [this] {
        home.clock.advance(std::chrono::seconds(1));
        while_body_comes = nullptr;
        const auto path = "/api/v1/organizations/" + home.organization + "/directories/" + home.directory;
        ASSERT_EQ(home.operate("PATCH", path + ":disable").status, 200);
    };
    EXPECT_EQ(scim("POST", "/Users", test::user_text("anna")).status, 403);
    EXPECT_EQ(database.modes, (std::vector{store::intent::inline_read, store::intent::inline_read}));
}

TEST_F(dispatch_test, a_body_that_cannot_be_read_is_answered_in_the_path_s_form)
{
    const auto scim_answer = scim("POST", "/Users", std::string(10 * 1024 * 1024 + 1, ' '));
    EXPECT_EQ(scim_answer.status, 413);
    EXPECT_NE(scim_answer.body.find("schemas"), std::string::npos);
    const auto manage_answer = operate("POST", "/api/v1/organizations", std::string(1024 * 1024 + 1, ' '));
    EXPECT_EQ(manage_answer.status, 413);
    EXPECT_NE(manage_answer.body.find("\"code\":3"), std::string::npos);
}

TEST_F(dispatch_test, a_busy_store_asks_to_come_again)
{
    struct row {
        store::intent mode;
        std::string_view method;
        std::string_view path;
        std::string body;
    };
    const row rows[] = {
        {store::intent::inline_read, "GET", "/Users/diruser_1", ""},
        {store::intent::scan, "GET", "/Users", ""},
        {store::intent::write, "POST", "/Users", test::user_text("anna")},
    };
    for (const auto& row : rows) {
        fail_at<store::sql::busy>(row.mode);
        auto got = scim(row.method, row.path, row.body);
        EXPECT_EQ(got.status, 503) << row.path;
        EXPECT_EQ(header(got, "Retry-After"), "2") << row.path;
        EXPECT_NE(got.body.find("\"status\":\"503\""), std::string::npos) << got.body;
        EXPECT_NE(got.body.find("The service is busy. Try again shortly."), std::string::npos) << got.body;
        EXPECT_EQ(got.body.find("anna"), std::string::npos) << got.body;
        fail_at<store::sql::failure>(row.mode);
        got = scim(row.method, row.path, row.body);
        EXPECT_EQ(got.status, 503) << row.path;
        EXPECT_NE(got.body.find("The service cannot reach its store now."), std::string::npos) << got.body;
        EXPECT_EQ(got.body.find("anna"), std::string::npos) << got.body;
    }
    const auto lines = log_lines();
    EXPECT_EQ(lines.at(0).at("event").as_string(), "store.busy");
    EXPECT_EQ(lines.at(0).at("level").as_string(), "warning");
    EXPECT_EQ(lines.at(2).at("event").as_string(), "store.failed");
    EXPECT_EQ(lines.at(2).at("level").as_string(), "error");
    EXPECT_EQ(lines.at(2).at("request_id").as_string(), "request-1");
    database.failure = nullptr;
    EXPECT_EQ(scim("GET", "/Users").status, 200);
}

TEST_F(dispatch_test, a_share_that_is_taken_is_too_many_requests)
{
    fail_at<store::over_share>(store::intent::write);
    const auto got = scim("POST", "/Users", test::user_text("anna"));
    EXPECT_EQ(got.status, 429);
    EXPECT_EQ(header(got, "Retry-After"), "2");
    EXPECT_EQ(header(got, "Content-Type"), "application/scim+json");
    EXPECT_NE(got.body.find("\"status\":\"429\""), std::string::npos) << got.body;
    const auto* const detail = "Too many requests of the same directory or client are waiting.";
    EXPECT_NE(got.body.find(detail), std::string::npos) << got.body;
    EXPECT_EQ(got.body.find("anna"), std::string::npos) << got.body;
    const auto managed = operate("POST", "/api/v1/organizations", R"({"display_name":"B"})");
    EXPECT_EQ(managed.status, 429);
    EXPECT_EQ(header(managed, "Retry-After"), "2");
    EXPECT_NE(managed.body.find("RATE_LIMITED"), std::string::npos) << managed.body;
    EXPECT_EQ(log_lines().at(0).at("event").as_string(), "queue.over_share");
}

TEST_F(dispatch_test, works_are_submitted_for_their_tenant)
{
    const auto where = directory_id::parse(home.directory).value();
    const auto whose = organization_id::parse(home.organization).value();
    const store::tenant unknown{store::tenant::kind::customer, 0, 0};
    const store::tenant customer{store::tenant::kind::customer, whose.value, where.value};
    const store::tenant by_operator{store::tenant::kind::operator_, 0, 0};

    const auto body = test::user_text("anna");
    scim("POST", "/Users", body);
    ASSERT_GE(database.keys.size(), 2U);
    EXPECT_EQ(database.keys.front().owner, unknown);  // before authentication
    for (std::size_t i = 1; i < database.keys.size(); ++i)
        EXPECT_EQ(database.keys[i].owner, customer) << i;
    EXPECT_GT(database.keys.back().bytes, database.keys.front().bytes + 2 * body.size());

    database.keys.clear();
    scim("GET", "/Users?filter=title%20pr");
    EXPECT_EQ(database.keys.back().owner, customer);

    database.keys.clear();
    operate("POST", "/api/v1/organizations", R"({"display_name":"B"})");
    ASSERT_FALSE(database.keys.empty());
    for (const auto& one : database.keys)
        EXPECT_EQ(one.owner, by_operator);
}

TEST_F(dispatch_test, memory_for_a_plan_is_reserved_before_the_members_are_read)
{
    const auto group = home.make_group("All");
    constexpr std::size_t members = service::membership_jobs::members_at_once_max + 1;
    store::run(*home.database, store::intent::write, [&](store::transaction& tx) {
        const auto where = directory_id::parse(home.directory).value();
        test::write_members(tx, where, test::number_in(group), test::write_users(tx, where, "u", members));
        return store::verdict::commit;
    });
    const auto rename = [&](std::string_view display) {
        return scim(
            "PATCH",
            "/Groups/" + group + "?excludedAttributes=members",
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[)"
            R"({"op":"replace","path":"members.display","value":")" +
                std::string(display) + R"("}]})"
        );
    };
    constexpr auto needed = members * service::planned_member_bytes;
    memory_max = needed;
    database.keys.clear();
    const auto refused = rename("a");
    EXPECT_EQ(refused.status, 429);
    EXPECT_NE(refused.body.find("All the memory is taken."), std::string::npos) << refused.body;
    EXPECT_FALSE(header(refused, "Retry-After").empty());
    EXPECT_EQ(database.keys.size(), 3U) << "the token, the number of members, and a look for jobs";
    memory_max = needed + 2'000;  // for the body
    EXPECT_EQ(rename("a").status, 200);
    ASSERT_EQ(reserved.size(), 1U);
    EXPECT_GT(reserved.front(), needed);
    EXPECT_GT(database.keys.back().bytes, members * 10) << "the plan counts while it waits for the writer";
}

TEST_F(dispatch_test, memory_for_a_change_of_a_large_document_is_reserved_before_it_is_prepared)
{
    const auto padded = [&](std::size_t bytes) {
        return home.make_user("u" + std::to_string(bytes), R"(,"title":")" + std::string(bytes, 'x') + '"');
    };
    const auto change = [&](const std::string& user, std::string_view title) {
        return scim(
            "PATCH",
            "/Users/" + user,
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[)"
            R"({"op":"replace","path":"nickName","value":")" +
                std::string(title) + R"("}]})"
        );
    };
    const auto small = padded(api::unreserved_document_bytes_max - 1'000);
    EXPECT_EQ(change(small, "a").status, 200);
    EXPECT_TRUE(reserved.empty());

    for (const std::size_t bytes : {api::unreserved_document_bytes_max, std::size_t{60'000}}) {
        const auto user = padded(bytes);
        EXPECT_EQ(change(user, "a").status, 200);
        ASSERT_EQ(reserved.size(), 1U);
        const auto needed = reserved.front();
        EXPECT_GT(needed, 8 * bytes);
        memory_max = needed / 2;
        database.keys.clear();
        EXPECT_EQ(change(user, "b").status, 429);
        EXPECT_EQ(database.keys.size(), 2U) << "the token, and how large the user is";
        memory_max = SIZE_MAX;
    }
}

TEST_F(dispatch_test, memory_for_the_deletion_of_a_large_document_is_reserved_before_it_is_prepared)
{
    const auto padded = [&](std::size_t bytes) {
        const std::string half(bytes / 2, 'x');
        return home.make_user(
            "u" + std::to_string(bytes), R"(,"title":")" + half + R"(","nickName":")" + half + '"'
        );
    };
    EXPECT_EQ(scim("DELETE", "/Users/" + padded(api::unreserved_document_bytes_max - 1'000)).status, 204);
    EXPECT_TRUE(reserved.empty());

    for (const std::size_t bytes : {api::unreserved_document_bytes_max, std::size_t{70'000}}) {
        const auto user = padded(bytes);
        memory_max = 4 * bytes;
        database.keys.clear();
        const auto refused = scim("DELETE", "/Users/" + user);
        EXPECT_EQ(refused.status, 429);
        EXPECT_FALSE(header(refused, "Retry-After").empty());
        EXPECT_EQ(database.keys.size(), 1U) << "the token and how large the user is, in one read";
        memory_max = 6 * bytes;
        EXPECT_EQ(scim("DELETE", "/Users/" + user).status, 204);
        ASSERT_EQ(reserved.size(), 1U);
        EXPECT_GT(reserved.front(), 4 * bytes);
        memory_max = SIZE_MAX;
    }
}

// What is too long for a read waits for a scan in its own tenant's share, not in that of requests that are
// not authenticated.
TEST_F(dispatch_test, a_read_that_becomes_a_scan_is_submitted_for_its_tenant)
{
    fail_at<store::sql::over_budget>(store::intent::inline_read);
    database.fails_late = true;
    EXPECT_EQ(scim("GET", "/Users/diruser_1").status, 404);
    ASSERT_EQ(database.keys.size(), 2U);
    const auto where = directory_id::parse(home.directory).value();
    EXPECT_EQ(database.keys[0].owner.directory, 0);
    EXPECT_EQ(database.keys[1].owner.directory, where.value);
}

// So that no queue and no lock of the store can hold them up.
TEST_F(dispatch_test, probes_and_metrics_submit_no_work)
{
    for (const auto* path : {"/healthz", "/readyz", "/metrics"}) {
        http::request request;
        request.method = "GET";
        request.target = path;
        request.from.is_loopback = true;
        EXPECT_EQ(respond(std::move(request)).status, 200) << path;
    }
    EXPECT_TRUE(database.keys.empty());
}

TEST_F(dispatch_test, an_api_client_has_a_share_of_its_own)
{
    const auto of_all = home.make_client("all");
    const auto of_one = home.make_client("one", R"(,"organization_id":")" + home.organization + '"');
    const auto whose = organization_id::parse(home.organization).value();
    const auto owner_of = [&](const test::api_client& client, std::string_view path) {
        http::request request;
        request.method = "GET";
        request.target = path;
        request.headers.add("Authorization", "Bearer " + home.make_access_token(client));
        EXPECT_EQ(respond(std::move(request)).status, 200);
        return database.keys.back().owner;
    };
    const auto lists = "/api/v1/organizations/" + home.organization + "/directories";
    const auto kind = store::tenant::kind::customer;
    EXPECT_EQ(owner_of(of_one, lists), (store::tenant{kind, whose.value, 0}));
    const auto number = client_id::parse(of_all.id).value().value;
    EXPECT_EQ(owner_of(of_all, lists), (store::tenant{kind, number, whose.value}));
    EXPECT_EQ(owner_of(of_all, "/api/v1/organizations"), (store::tenant{kind, number, 0}));
}

TEST_F(dispatch_test, more_computation_than_a_request_may_cause_is_refused_and_nothing_is_written)
{
    home.house.bounds.work_steps_max = 20'000;
    const auto body = test::user_text("anna", R"(,"title":")" + std::string(60'000, 'a') + '"');
    const auto refused = scim("POST", "/Users", body);
    EXPECT_EQ(refused.status, 413);
    EXPECT_NE(refused.body.find("more than 20000 steps of computation"), std::string::npos) << refused.body;
    EXPECT_EQ(log_lines().front().at("event").as_string(), "request.over_budget");
    home.house.bounds = {};
    EXPECT_NE(scim("GET", "/Users").body.find(R"("totalResults":0)"), std::string::npos);
}

TEST_F(dispatch_test, computation_that_is_given_up_asks_to_come_again)
{
    const std::atomic<bool> cancelled = true;
    home.house.cancelled = &cancelled;
    const auto refused =
        scim("POST", "/Users", test::user_text("anna", R"(,"title":")" + std::string(200'000, 'a') + '"'));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(log_lines().front().at("event").as_string(), "request.cancelled");
    home.house.cancelled = nullptr;
}

TEST_F(dispatch_test, a_reply_without_room_asks_to_come_again)
{
    fail_at<spool_failure>(store::intent::scan);
    const auto got = scim("GET", "/Groups");
    EXPECT_EQ(got.status, 503);
    EXPECT_EQ(header(got, "Retry-After"), "2");
    EXPECT_NE(got.body.find("\"status\":\"503\""), std::string::npos) << got.body;
    EXPECT_NE(got.body.find("The service cannot make so long a reply now."), std::string::npos) << got.body;
    EXPECT_EQ(got.body.find("anna"), std::string::npos) << got.body;
    EXPECT_EQ(log_lines().at(0).at("event").as_string(), "reply.not_spooled");
}

TEST_F(dispatch_test, a_read_that_looks_at_too_much_is_done_again_as_a_scan)
{
    std::string photos;
    for (char letter = 'a'; letter < 'j'; ++letter)
        photos.append(photos.empty() ? "" : ",")
            .append(R"({"value":")" + std::string(60'000, letter) + "\"}");
    const auto path = "/Users/" + home.make_user("anna", R"(,"photos":[)" + photos + ']');
    auto& scans = home.figures.count("scimd_store_works_total", "", {{"intent", "scan"}});
    const auto before = scans.value();
    const auto got = scim("GET", path);
    EXPECT_EQ(got.status, 200) << got.body;
    EXPECT_EQ(scans.value(), before + 1);
    fail_at<store::sql::busy>(store::intent::scan);
    EXPECT_EQ(scim("GET", path).status, 503);
    EXPECT_EQ(scim("GET", "/Users/" + home.make_user("bob")).status, 200);
}

// Whoever was told to come again would make it twice.
TEST_F(dispatch_test, a_large_group_that_was_made_but_cannot_be_shown_was_made)
{
    std::string members;
    const auto where = directory_id::parse(home.directory).value();
    store::run(*home.database, store::intent::write, [&](store::transaction& tx) {
        for (const auto user : test::write_users(tx, where, "u", service::members_inline_max + 1))
            members.append(members.empty() ? "" : ",")
                .append(R"({"value":"diruser_)" + std::to_string(user.value) + "\"}");
        return store::verdict::commit;
    });
    const auto body =
        R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"All","members":[)" +
        members + "]}";
    fail_at<spool_failure>(store::intent::scan, 1);  // the first finds out what it comes to
    const auto made = scim("POST", "/Groups", body);
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_NE(header(made, "Location"), "");
    EXPECT_NE(header(made, "ETag"), "");
    auto shown = parse_json_object(made.body).value();
    EXPECT_EQ(shown.at("displayName").as_string(), "All");
    EXPECT_FALSE(shown.contains("members"));
    EXPECT_EQ(log_lines().at(0).at("event").as_string(), "reply.not_spooled");

    const auto path = "/Groups/" + std::string(shown.at("id").as_string());
    fail_at<store::sql::busy>(store::intent::scan, 1);
    EXPECT_EQ(scim("PUT", path, body).status, 200);
    EXPECT_EQ(scim("GET", path).status, 503);
    database.failure = nullptr;
    const auto got = scim("GET", path);
    EXPECT_EQ(parse_json_object(got.body).value().at("members").as_array().size(), 1'001U);
}

TEST_F(dispatch_test, a_defect_of_ours_is_an_internal_error_that_tells_nothing)
{
    fail_at<std::logic_error>(store::intent::write);
    const auto of_work = scim("POST", "/Users", test::user_text("anna"));
    EXPECT_EQ(of_work.status, 500);
    EXPECT_NE(of_work.body.find("The service failed on this request."), std::string::npos) << of_work.body;
    EXPECT_EQ(of_work.body.find("table"), std::string::npos) << of_work.body;
    const auto of_chore = operate("POST", "/api/v1/check");
    EXPECT_EQ(of_chore.status, 500);
    EXPECT_EQ(of_chore.body.find("table"), std::string::npos);
    home.house.why_not_ready = []() -> std::string { throw std::runtime_error("table"); };
    const auto of_handler = operate("GET", "/readyz");
    EXPECT_EQ(of_handler.status, 500);
    EXPECT_EQ(of_handler.body.find("table"), std::string::npos);
    EXPECT_EQ(log_lines().at(0).at("event").as_string(), "request.failed");
    EXPECT_EQ(log_lines().at(0).at("level").as_string(), "error");
}

TEST_F(dispatch_test, a_recorded_refusal_is_kept_and_another_failure_is_not)
{
    const auto refused = scim("POST", "/Users", R"({"userName":"eve@evil.test"})");
    EXPECT_EQ(refused.status, 400);
    const auto path = "/api/v1/organizations/-/directories/" + home.directory + "/refusals";
    const auto listed = parse_json_object(operate("GET", path).body).value();
    ASSERT_EQ(listed.at("refusals").as_array().size(), 1U);
    EXPECT_EQ(home.event_types(), std::vector<std::string>{"user_rejected"});

    const auto group = test::group_text("Staff", R"(,"members":[{"value":"diruser_1"}])");
    EXPECT_EQ(scim("POST", "/Groups", group).status, 400);
    EXPECT_EQ(home.scim("GET", "/Groups").body.at("totalResults").as_int64(), 0);
}

TEST_F(dispatch_test, a_request_is_one_line_of_ids_and_numbers)
{
    const auto made = scim("POST", "/Users?x=secret", test::user_text("anna", R"(,"password":"hush")"));
    ASSERT_EQ(made.status, 201);
    const auto lines = log_lines();
    ASSERT_EQ(lines.size(), 1U);
    auto line = lines[0];
    EXPECT_FALSE(line.at("time").as_string().empty());
    EXPECT_GE(line.at("microseconds").as_int64(), 0);
    line.erase("time");
    line.erase("microseconds");
    const json::object expected{
        {"level", "info"},
        {"event", "request"},
        {"method", "POST"},
        {"route", "/directory/{directory}/scim/v2/{endpoint}"},
        {"status", 201},
        {"bytes", made.body.size()},
        {"request_id", "request-1"},
        {"organization_id", home.organization},
        {"directory_id", home.directory}
    };
    EXPECT_EQ(line, expected) << log_text;

    scim("GET", "/Users?filter=userName%20eq%20%22anna%22");
    scim("POST", "/Users", R"({"userName":"eve@evil.test"})");
    scim("POST", "/Users", "anna {");
    for (const auto& word :
         {home.token,
          std::string("anna"),
          std::string("acme"),
          std::string("hush"),
          std::string("evil"),
          std::string("secret")}) {
        EXPECT_EQ(log_text.find(word), std::string::npos) << word << " in\n" << log_text;
    }
    EXPECT_EQ(log_lines().size(), 4U);
}

TEST_F(dispatch_test, a_stranger_s_line_names_no_directory)
{
    http::request request;
    request.method = "GET";
    request.target = home.base() + "/Users";
    request.headers.add("Authorization", "Bearer nonsense");
    respond(std::move(request));
    const auto line = log_lines().at(0);
    EXPECT_EQ(line.at("status").as_int64(), 401);
    EXPECT_EQ(line.at("directory_id").as_string(), "");
    EXPECT_EQ(log_text.find("nonsense"), std::string::npos);
    operate("GET", "/no/such/path?x=y");
    EXPECT_EQ(log_lines().at(1).at("route").as_string(), "none");
    EXPECT_EQ(log_text.find("such"), std::string::npos);
}

TEST_F(dispatch_test, requests_are_counted_by_method_route_and_status)
{
    scim("GET", "/Users/diruser_1");
    scim("GET", "/Users/diruser_2");
    http::request odd;
    odd.method = "SOMETHINGLONG";
    odd.target = "/healthz";
    respond(std::move(odd));
    const auto text = home.figures.exposition();
    EXPECT_NE(
        text.find(
            "scimd_requests_total{method=\"GET\",route=\"/directory/{directory}/scim/v2/{endpoint}/{id}\","
            "status=\"404\"} 2\n"
        ),
        std::string::npos
    ) << text;
    EXPECT_NE(text.find("method=\"other\",route=\"none\",status=\"405\"} 1"), std::string::npos) << text;
    EXPECT_NE(text.find("scimd_request_seconds_count 3"), std::string::npos) << text;
}

TEST_F(dispatch_test, the_work_of_requests_is_counted)
{
    auto& steps = home.figures.count("scimd_work_steps_total", "Steps of computation charged by requests.");
    operate("GET", "/healthz");
    EXPECT_EQ(steps.value(), 0U);
    EXPECT_EQ(scim("POST", "/Users", test::user_text("anna")).status, 201);
    EXPECT_GT(steps.value(), test::user_text("anna").size());
}

TEST_F(dispatch_test, what_the_server_refuses_has_the_path_s_form)
{
    const error reason{errc::fields_too_large, "The header is too large."};
    const auto scim_answer = tested.refuse(reason, "/directory/dir_1/scim/v2/Users");
    EXPECT_EQ(scim_answer.status, 431);
    EXPECT_NE(scim_answer.body.find("schemas"), std::string::npos);
    EXPECT_NE(tested.refuse(reason, "").body.find("\"code\""), std::string::npos);
}

}  // namespace
}  // namespace scimd::app
