// The limit that reads are measured against: a Beast server that does nothing but send one body.
//
//   bare_beast <file of the body> [threads]      prints its port, serves until it is killed
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

http::response<http::string_body> make_answer(const std::string& body, bool keeps_alive) {
    http::response<http::string_body> answer(http::status::ok, 11);
    answer.set(http::field::content_type, "application/scim+json");
    answer.set(http::field::etag, "W/\"1\"");
    answer.set(http::field::cache_control, "no-store");
    answer.keep_alive(keeps_alive);
    answer.body() = body;
    answer.prepare_payload();
    return answer;
}

asio::awaitable<void> serve(beast::tcp_stream stream, const std::string& body) {
    beast::flat_buffer buffer;
    beast::error_code failure;
    for (;;) {
        http::request_parser<http::string_body> parser;
        co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, failure));
        if (failure)
            co_return;
        auto answer = make_answer(body, parser.get().keep_alive());
        co_await http::async_write(stream, answer, asio::redirect_error(asio::use_awaitable, failure));
        if (failure || !answer.keep_alive())
            co_return;
    }
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, const std::string& body) {
    for (;;) {
        auto socket = co_await acceptor.async_accept(
                asio::make_strand(acceptor.get_executor()), asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        const auto strand = socket.get_executor();
        asio::co_spawn(strand, serve(beast::tcp_stream(std::move(socket)), body), asio::detached);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: bare_beast <file of the body> [threads]\n";
        return EXIT_FAILURE;
    }
    std::ifstream file(argv[1], std::ios::binary);
    const std::string body(std::istreambuf_iterator<char>(file), {});
    const int threads = argc > 2 ? std::atoi(argv[2]) : 2;

    asio::io_context io(threads);
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::co_spawn(io, accept_all(acceptor, body), asio::detached);
    std::cout << acceptor.local_endpoint().port() << std::endl;

    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i)
        others.emplace_back([&io] { io.run(); });
    io.run();
    return EXIT_SUCCESS;
}
