// A receiver of webhooks that does nothing but take and count them: what the delivery of events is measured
// with, and, alone under load, the limit that it is measured against.
//
//   bare_receiver      prints its port, serves until it is killed
//
// POST takes an event; GET /count says how many have come; GET / says that with their time and the delay of
// each since its occurred_at; DELETE / forgets them.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using std::chrono::microseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + digits, value);
    return value;
}

// "2026-11-23T03:33:45.453444Z", as each event has it.
std::optional<system_clock::time_point> occurred_at(std::string_view event) {
    constexpr std::string_view name = R"("occurred_at":")";
    constexpr std::size_t time_bytes = 27;
    const auto found = event.find(name);
    if (found == std::string_view::npos || event.size() < found + name.size() + time_bytes)
        return std::nullopt;
    const auto text = event.substr(found + name.size(), time_bytes);
    const std::chrono::year_month_day day(std::chrono::year(number_at(text, 0, 4)),
            std::chrono::month(static_cast<unsigned>(number_at(text, 5, 2))),
            std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2))));
    return std::chrono::sys_days(day) + std::chrono::hours(number_at(text, 11, 2)) +
           std::chrono::minutes(number_at(text, 14, 2)) + std::chrono::seconds(number_at(text, 17, 2)) +
           microseconds(number_at(text, 20, 6));
}

class tally {
public:
    void take(std::string_view event) {
        last_ = steady_clock::now();
        if (count_++ == 0)
            first_ = last_;
        if (const auto since = occurred_at(event))
            delays_.push_back(std::chrono::duration_cast<microseconds>(system_clock::now() - *since).count());
    }

    [[nodiscard]] std::size_t count() const { return count_; }

    [[nodiscard]] std::string text() const {
        auto sorted = delays_;
        std::ranges::sort(sorted);
        const auto at = [&](std::size_t percent) {
            return std::to_string(sorted.empty() ? 0 : sorted[(sorted.size() - 1) * percent / 100]);
        };
        const auto took = std::chrono::duration_cast<microseconds>(last_ - first_).count();
        return R"({"count":)" + std::to_string(count_) + R"(,"microseconds":)" + std::to_string(took) +
               R"(,"delay_p50":)" + at(50) + R"(,"delay_p99":)" + at(99) + R"(,"delay_max":)" + at(100) + "}";
    }

private:
    std::size_t count_ = 0;
    steady_clock::time_point first_;
    steady_clock::time_point last_;
    std::vector<std::int64_t> delays_;  // microseconds
};

http::response<http::string_body> answer_to(const http::request<http::string_body>& asked, tally& seen) {
    http::response<http::string_body> answer(http::status::no_content, 11);
    answer.keep_alive(asked.keep_alive());
    if (asked.method() == http::verb::post) {
        seen.take(asked.body());
    } else if (asked.method() == http::verb::delete_) {
        seen = {};
    } else {
        answer.result(http::status::ok);
        answer.body() = asked.target() == "/count" ? std::to_string(seen.count()) : seen.text();
        answer.prepare_payload();
    }
    return answer;
}

asio::awaitable<void> serve(beast::tcp_stream stream, tally& seen) {
    beast::flat_buffer buffer;
    beast::error_code failure;
    for (;;) {
        http::request_parser<http::string_body> parser;
        co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, failure));
        if (failure)
            co_return;
        auto answer = answer_to(parser.get(), seen);
        co_await http::async_write(stream, answer, asio::redirect_error(asio::use_awaitable, failure));
        if (failure || !answer.keep_alive())
            co_return;
    }
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, tally& seen) {
    for (;;) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        const auto executor = socket.get_executor();
        asio::co_spawn(executor, serve(beast::tcp_stream(std::move(socket)), seen), asio::detached);
    }
}

}  // namespace

int main() {
    asio::io_context io(1);
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tally seen;
    asio::co_spawn(io, accept_all(acceptor, seen), asio::detached);
    std::cout << acceptor.local_endpoint().port() << std::endl;
    io.run();
    return EXIT_SUCCESS;
}
