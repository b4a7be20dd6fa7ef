// The dispatcher without sockets: requests are in memory, and a test can make the store fail; everything else
// is real.
#pragma once

#include "app/dispatch.hpp"
#include "support/api_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::test {

namespace asio = boost::asio;

// A request whose head and body are in memory.
class memory_exchange final : public net::exchange {
public:
    memory_exchange(http::request head, std::string body) : head_(std::move(head)), body_(std::move(body)) {}

    http::request& head() override { return head_; }

    asio::awaitable<result<std::string>> read_body(std::size_t bytes_max) override {
        ++times_read;
        if (while_body_comes)
            while_body_comes();
        if (body_.size() > bytes_max)
            co_return error{errc::too_large, "The body is too large."};
        co_return std::move(body_);
    }

    asio::awaitable<result<void>> reserve_memory(std::size_t bytes) override {
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

// Passes tasks to the real store, or fails as a test says.
class failing_database final : public store::database {
public:
    explicit failing_database(store::database& target) : target_(target) {}

    using database::submit;
    void submit(store::intent mode, const store::scheduling_key& key, store::task what,
            store::completion done) override {
        keys.push_back(key);
        modes.push_back(mode);
        if (failure && mode == fails_at && fails_late) {
            target_.submit(
                    mode, key, std::move(what), [this, done](const std::exception_ptr&) { done(failure); });
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
    void on_commit(std::function<void()> notify) override { target_.on_commit(std::move(notify)); }
    std::string why_not_writable() const override { return target_.why_not_writable(); }
    bool is_broken() const override { return target_.is_broken(); }
    void backup(const std::filesystem::path& target) override { target_.backup(target); }
    std::vector<std::string> check() override {
        if (failure)
            std::rethrow_exception(failure);
        return target_.check();
    }
    void close() override { target_.close(); }

    std::vector<store::scheduling_key> keys;  // of all submitted tasks
    std::vector<store::intent> modes;
    std::exception_ptr failure;
    store::intent fails_at = store::intent::write;
    std::size_t succeeds_before = 0;  // tasks of that intent that succeed first
    bool fails_late = false;          // fails after the task has run

private:
    store::database& target_;
};

class dispatch_fixture : public testing::Test {
protected:
    http::response respond(http::request head, std::string body = {}) {
        head.id = "request-1";
        memory_exchange exchange(std::move(head), std::move(body));
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

    http::response scim(std::string_view method, std::string_view path, std::string body = {}) {
        http::request head;
        head.method = method;
        head.target = fixture.base().append(path);
        head.headers.add("Authorization", "Bearer " + fixture.token);
        return respond(std::move(head), std::move(body));
    }

    http::response operate(std::string_view method, std::string_view target, std::string body = {}) {
        http::request head;
        head.method = method;
        head.target = target;
        head.from.is_operator = true;
        return respond(std::move(head), std::move(body));
    }

    template <class Failure>
    void fail_at(store::intent mode, std::size_t succeeds_before = 0) {
        database.fails_at = mode;
        database.succeeds_before = succeeds_before;
        database.failure = std::make_exception_ptr(Failure("table users of anna@acme.com"));
    }

    static std::string header(const http::response& of, std::string_view name) {
        const auto* value = of.headers.find(name);
        return value ? *value : std::string();
    }

    std::vector<json::object> log_lines() {
        const std::scoped_lock lock(mutex);
        std::vector<json::object> lines;
        std::size_t start = 0;
        for (auto end = log_text.find('\n'); end != std::string::npos; end = log_text.find('\n', start)) {
            lines.push_back(parse_json_object(log_text.substr(start, end - start)).value());
            start = end + 1;
        }
        return lines;
    }

    // Outlives the store, whose writer may still post to it after the response.
    asio::io_context io;
    api_fixture fixture;
    failing_database database{*fixture.database};
    std::mutex mutex;
    std::string log_text;
    logger log{[this](std::string_view line) {
        const std::scoped_lock lock(mutex);
        log_text += line;
    }};
    app::commit_notifier notifier{io.get_executor()};
    app::dispatcher tested{fixture.pipeline, database, notifier, log, fixture.metrics};
    int times_read = 0;
    std::function<void()> while_body_comes;
    std::vector<std::size_t> reserved;  // by the last request, in addition to its body
    std::size_t memory_max = SIZE_MAX;  // that a request may reserve
};

}  // namespace scimd::test
