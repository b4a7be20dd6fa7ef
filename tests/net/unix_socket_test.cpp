#include "net/client/unix_client.hpp"
#include "test_certificate.hpp"
#include "test_server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

class unix_socket : public testing::Test {
protected:
    result<endpoint> listen(bool is_control_socket = false) {
        listen_options where;
        where.at.unix_path = path_;
        where.is_control_socket = is_control_socket;
        return server_.tested->listen(where);
    }

    result<http::response> call(const http::request& request) { return call_unix(path_, request, 5s); }

    static http::request request_for(std::string target) {
        http::request made;
        made.method = "GET";
        made.target = std::move(target);
        return made;
    }

    temporary_folder folder_;
    const std::filesystem::path path_ = folder_.path() / "s";
    test_server server_;
};

// A socket bound to a file and, when it listens, never accepted from.
class dead_socket {
public:
    dead_socket(const std::filesystem::path& path, bool listens)
            : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::strncpy(at.sun_path, path.c_str(), sizeof(at.sun_path) - 1);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0)
            std::abort();
        if (listens && ::listen(socket_, 1) != 0)
            std::abort();
    }
    dead_socket(const dead_socket&) = delete;
    dead_socket& operator=(const dead_socket&) = delete;
    ~dead_socket() { ::close(socket_); }

private:
    int socket_;
};

mode_t mode_of(const std::filesystem::path& path) {
    struct stat found{};
    ::stat(path.c_str(), &found);
    return found.st_mode & 0777;
}

TEST_F(unix_socket, of_the_operator_is_accessible_to_its_owner_only) {
    const auto usual = ::umask(0);
    const auto bound = listen(true);
    ::umask(usual);
    ASSERT_TRUE(bound.has_value()) << bound.error().detail;
    EXPECT_EQ(mode_of(path_), 0600U);
    const auto answer = call(request_for("/who"));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, " loopback operator");
}

TEST_F(unix_socket, without_operator_rights_has_loopback_peers) {
    ASSERT_TRUE(listen().has_value());
    EXPECT_EQ(call(request_for("/who"))->body, " loopback client");
}

TEST_F(unix_socket, stays_open_between_requests) {
    ASSERT_TRUE(listen().has_value());
    auto wire = raw_connection::to_file(path_);
    EXPECT_EQ(status_of(wire, get("/a")), 200);
    EXPECT_EQ(status_of(wire, post("/echo", "b")), 200);
}

TEST_F(unix_socket, is_removed_by_the_drain) {
    ASSERT_TRUE(listen(true).has_value());
    EXPECT_TRUE(std::filesystem::exists(path_));
    EXPECT_TRUE(server_.drains_within(10s));
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(unix_socket, replaces_a_stale_socket_file) {
    { const dead_socket left_behind(path_, true); }
    ASSERT_TRUE(std::filesystem::exists(path_));
    ASSERT_TRUE(listen().has_value());
    EXPECT_EQ(call(request_for("/"))->status, 200);
}

TEST_F(unix_socket, does_not_replace_the_socket_of_a_running_server) {
    const dead_socket living(path_, true);
    const auto bound = listen();
    ASSERT_TRUE(bound.has_error());
    EXPECT_EQ(bound.error().code, errc::unavailable);
    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(unix_socket, does_not_replace_a_file_that_is_not_a_socket) {
    std::ofstream(path_) << "precious";
    EXPECT_TRUE(listen().has_error());
    EXPECT_EQ(std::filesystem::file_size(path_), 8U);
}

TEST_F(unix_socket, has_a_path_of_limited_length) {
    listen_options where;
    where.at.unix_path = folder_.path() / std::string(108 - folder_.path().string().size() - 1, 'a');
    const auto too_long = server_.tested->listen(where);
    ASSERT_TRUE(too_long.has_error());
    EXPECT_NE(too_long.error().detail.find("107 bytes"), std::string::npos);
    where.at.unix_path = folder_.path() / std::string(107 - folder_.path().string().size() - 1, 'a');
    EXPECT_TRUE(server_.tested->listen(where).has_value());
}

TEST_F(unix_socket, supports_no_tls_and_tcp_is_no_control_socket) {
    listen_options encrypted;
    encrypted.at.unix_path = path_;
    encrypted.tls.emplace();
    EXPECT_TRUE(server_.tested->listen(encrypted).has_error());
    listen_options distant;
    distant.at.host = "127.0.0.1";
    distant.is_control_socket = true;
    EXPECT_TRUE(server_.tested->listen(distant).has_error());
}

TEST_F(unix_socket, of_the_operator_accepts_when_the_server_is_full) {
    limits bounds;
    bounds.connections_max = 1;
    test_server full(bounds);
    auto taken = full.connect();
    EXPECT_EQ(status_of(taken, get("/")), 200);
    listen_options where;
    where.at.unix_path = path_;
    where.is_control_socket = true;
    ASSERT_TRUE(full.tested->listen(where).has_value());
    const auto answer = call(request_for("/who"));
    ASSERT_TRUE(answer.has_value()) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
}

TEST_F(unix_socket, client_sends_fields_and_body) {
    ASSERT_TRUE(listen().has_value());
    auto request = request_for("/echo");
    request.method = "POST";
    request.headers.add("X-Request-Id", "mine");
    request.body = "hello";
    const auto answer = call(request);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(*answer->headers.find("x-request-id"), "mine");
}

TEST_F(unix_socket, client_accepts_large_responses) {
    ASSERT_TRUE(listen().has_value());
    const auto answer = call(request_for("/bytes/5000000"));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body.size(), 5'000'000U);
    const auto beyond = call(request_for("/bytes/70000000"));
    ASSERT_TRUE(beyond.has_error());
    EXPECT_EQ(beyond.error().code, errc::too_large);
}

TEST_F(unix_socket, client_distinguishes_absence_from_silence) {
    const auto absent = call(request_for("/"));
    ASSERT_TRUE(absent.has_error());
    EXPECT_EQ(absent.error().code, errc::unavailable);
    {
        const dead_socket deaf(path_, true);
        const auto silent = call_unix(path_, request_for("/"), 100ms);
        ASSERT_TRUE(silent.has_error());
        EXPECT_EQ(silent.error().code, errc::request_timeout);
    }
    const auto stale = call(request_for("/"));
    ASSERT_TRUE(stale.has_error());
    EXPECT_EQ(stale.error().code, errc::unavailable);
}

TEST_F(unix_socket, client_waits_no_longer_than_its_deadline) {
    ASSERT_TRUE(listen().has_value());
    const auto begun = std::chrono::steady_clock::now();
    const auto late = call_unix(path_, request_for("/wait"), 200ms);
    ASSERT_TRUE(late.has_error());
    EXPECT_EQ(late.error().code, errc::request_timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
}

TEST(listen, returns_the_reason_of_a_failure) {
    test_server server;
    const auto port = server.listen_on_port();
    listen_options where;
    where.at.host = "127.0.0.1";
    where.at.port = port;
    const auto taken = server.tested->listen(where);
    ASSERT_TRUE(taken.has_error());
    EXPECT_EQ(taken.error().code, errc::unavailable);
    where.at.host = "192.0.2.1";
    EXPECT_TRUE(server.tested->listen(where).has_error());
    where.at.host = "127.0.0.1";
    where.at.port = 0;
    where.tls = tls_files{"/nowhere/certificate.pem", "/nowhere/key.pem"};
    EXPECT_TRUE(server.tested->listen(where).has_error());
}

TEST(listen, listens_on_all_addresses_without_a_host) {
    test_server server;
    const auto bound = server.tested->listen(listen_options{});
    ASSERT_TRUE(bound.has_value()) << bound.error().detail;
    EXPECT_NE(bound->port, 0);
    auto wire = raw_connection::to_port(bound->port);
    wire.send(get("/who"));
    EXPECT_EQ(wire.read()->body, "127.0.0.1 loopback client");
}

}  // namespace
}  // namespace scimd::net
