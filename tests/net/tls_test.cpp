#include "net/server/tls.hpp"

#include "test_certificate.hpp"
#include "test_server.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace scimd::net {
namespace {

using namespace std::chrono_literals;

struct client_wishes {
    int version_min = TLS1_2_VERSION;
    int version_max = TLS1_3_VERSION;
    std::string suites{};     // of TLS 1.2; empty: OpenSSL's default
    std::string protocols{};  // ALPN in wire form
};

// A TLS client over OpenSSL that shares no code with the server.
class tls_client {
public:
    tls_client(std::uint16_t port, const client_wishes& wishes, const std::string& address = "127.0.0.1")
            : wire_(raw_connection::to_port(port, address)) {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL, and the server may have closed
        const timeval patience{.tv_sec = 5, .tv_usec = 0};
        ::setsockopt(wire_.native(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        SSL_CTX_set_security_level(context_.get(), 0);  // so that the server, not the client, refuses
        SSL_CTX_set_min_proto_version(context_.get(), wishes.version_min);
        SSL_CTX_set_max_proto_version(context_.get(), wishes.version_max);
        if (!wishes.suites.empty())
            SSL_CTX_set_cipher_list(context_.get(), wishes.suites.c_str());
        const auto* const protocols = reinterpret_cast<const unsigned char*>(wishes.protocols.data());
        SSL_CTX_set_alpn_protos(context_.get(), protocols, static_cast<unsigned>(wishes.protocols.size()));
        connection_.reset(SSL_new(context_.get()));
        SSL_set_fd(connection_.get(), wire_.native());
        is_connected_ = SSL_connect(connection_.get()) == 1;
        ERR_clear_error();
    }

    [[nodiscard]] bool is_connected() const noexcept { return is_connected_; }
    [[nodiscard]] std::string version() const { return SSL_get_version(connection_.get()); }
    raw_connection& wire() { return wire_; }

    [[nodiscard]] std::string protocol() const {
        const unsigned char* chosen = nullptr;
        unsigned bytes = 0;
        SSL_get0_alpn_selected(connection_.get(), &chosen, &bytes);
        return {reinterpret_cast<const char*>(chosen), bytes};
    }

    [[nodiscard]] std::string certificate_name() const {
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(
                SSL_get1_peer_certificate(connection_.get()), X509_free);
        std::array<char, 64> name{};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                static_cast<int>(name.size()));
        return name.data();
    }

    // Returns what has arrived when the peer ends or `needle` is found.
    std::string ask(const std::string& request, const std::string& needle) {
        SSL_write(connection_.get(), request.data(), static_cast<int>(request.size()));
        std::string received;
        std::array<char, 4'096> piece;
        while (received.find(needle) == std::string::npos) {
            const int count = SSL_read(connection_.get(), piece.data(), static_cast<int>(piece.size()));
            if (count <= 0)
                break;
            received.append(piece.data(), static_cast<std::size_t>(count));
        }
        return received;
    }

    // True if the peer sent close_notify before it ended.
    bool has_close_notify() {
        char byte = 0;
        const int count = SSL_read(connection_.get(), &byte, 1);
        return count == 0 && SSL_get_error(connection_.get(), count) == SSL_ERROR_ZERO_RETURN;
    }

    bool renegotiates() {
        return SSL_renegotiate(connection_.get()) == 1 && SSL_do_handshake(connection_.get()) == 1;
    }

private:
    raw_connection wire_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{
            SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> connection_{nullptr, SSL_free};
    bool is_connected_ = false;
};

class tls : public testing::Test {
protected:
    tls() {
        write_certificate(files_, "first");
        limits bounds;
        bounds.handshake_deadline = 500ms;
        server_ = std::make_unique<test_server>(bounds);
        port_ = server_->listen_on_port(files_);
    }

    tls_client connect(const client_wishes& wishes = {}) { return {port_, wishes}; }

    temporary_folder folder_;
    tls_files files_{folder_.path() / "certificate.pem", folder_.path() / "key.pem"};
    std::unique_ptr<test_server> server_;
    std::uint16_t port_ = 0;
};

TEST_F(tls, serves_versions_1_2_and_1_3) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto client = connect({.version_min = version, .version_max = version});
        ASSERT_TRUE(client.is_connected());
        EXPECT_EQ(client.version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
        EXPECT_NE(client.ask(get("/a"), "GET /a").find("200 OK"), std::string::npos);
        EXPECT_NE(client.ask(post("/echo", "hello"), "hello").find("200 OK"), std::string::npos);
    }
}

TEST_F(tls, sends_hsts_over_tls_only) {
    const std::string field = "\r\nStrict-Transport-Security: max-age=63072000\r\n";
    const std::string refused = "nonsense\r\n\r\n";
    auto client = connect();
    EXPECT_NE(client.ask(get("/a"), "GET /a").find(field), std::string::npos);
    EXPECT_NE(client.ask(refused, "never in it").find(field), std::string::npos);
    auto plain = server_->connect();
    plain.send(get("/a"));
    const auto answer = plain.read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->headers.find("Strict-Transport-Security"), nullptr);
}

TEST_F(tls, refuses_older_versions) {
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
        const auto client = connect({.version_min = version, .version_max = version});
        EXPECT_FALSE(client.is_connected()) << version;
    }
}

TEST_F(tls, accepts_only_suites_with_forward_secrecy_and_authenticated_encryption) {
    for (const auto* suite : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"})
        EXPECT_TRUE(connect({.version_max = TLS1_2_VERSION, .suites = suite}).is_connected()) << suite;
    for (const auto* suite :
            {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256", "ALL:!aECDSA"}) {
        EXPECT_FALSE(connect({.version_max = TLS1_2_VERSION, .suites = suite}).is_connected()) << suite;
    }
}

TEST_F(tls, negotiates_http_1_1_and_nothing_else) {
    using namespace std::string_literals;
    auto both = connect({.protocols = "\x02h2\x08http/1.1"});
    ASSERT_TRUE(both.is_connected());
    EXPECT_EQ(both.protocol(), "http/1.1");
    const auto other = connect({.protocols = "\x02h2"});
    EXPECT_FALSE(other.is_connected());
}

TEST_F(tls, does_not_renegotiate) {
    auto client = connect({.version_max = TLS1_2_VERSION});
    ASSERT_TRUE(client.is_connected());
    EXPECT_FALSE(client.renegotiates());
}

TEST_F(tls, carries_large_bodies) {
    auto client = connect();
    const auto received =
            client.ask("GET /bytes/1000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "never in it");
    EXPECT_NE(received.find("Content-Length: 1000000"), std::string::npos);
    EXPECT_EQ(received.size() - received.find("\r\n\r\n") - 4, 1'000'000U);
}

TEST_F(tls, sends_close_notify_before_closing) {
    auto client = connect();
    client.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /");
    EXPECT_TRUE(client.has_close_notify());
}

TEST_F(tls, uses_the_new_certificate_after_a_reload_and_keeps_old_connections) {
    auto early = connect();
    EXPECT_EQ(early.certificate_name(), "first");
    write_certificate(files_, "second");
    EXPECT_EQ(connect().certificate_name(), "first");
    ASSERT_TRUE(server_->tested->reload_certificates().has_value());
    EXPECT_EQ(connect().certificate_name(), "second");
    EXPECT_NE(early.ask(get("/a"), "GET /a").find("200 OK"), std::string::npos);
}

TEST_F(tls, keeps_the_old_certificate_when_the_new_one_is_unusable) {
    std::ofstream(files_.certificate) << "nonsense";
    const auto reloaded = server_->tested->reload_certificates();
    ASSERT_TRUE(reloaded.has_error());
    EXPECT_NE(reloaded.error().detail.find("certificate.pem"), std::string::npos);
    EXPECT_EQ(connect().certificate_name(), "first");
}

TEST_F(tls, refuses_a_key_of_another_certificate) {
    const tls_files other{folder_.path() / "other.pem", folder_.path() / "other_key.pem"};
    write_certificate(other, "other");
    EXPECT_TRUE(make_tls_context({files_.certificate, other.key}).has_error());
    EXPECT_TRUE(make_tls_context({files_.certificate, files_.key}).has_value());
    EXPECT_TRUE(make_tls_context({folder_.path() / "nowhere.pem", files_.key}).has_error());
    EXPECT_TRUE(make_tls_context({files_.certificate, folder_.path() / "nowhere.pem"}).has_error());
}

TEST_F(tls, disconnects_a_client_that_speaks_plain_http) {
    auto wire = raw_connection::to_port(port_);
    wire.send(get("/"));
    EXPECT_EQ(wire.read_to_end().find("HTTP/1.1"), std::string::npos);
}

TEST_F(tls, disconnects_a_handshake_that_takes_too_long) {
    auto wire = raw_connection::to_port(port_);
    EXPECT_TRUE(wire.stays_silent_for(200ms));
    EXPECT_TRUE(wire.ends_within(10s));
}

TEST_F(tls, answers_early_when_a_body_is_not_read) {
    auto client = connect();
    const auto received = client.ask(
            "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(50'000, 'a'),
            "never in it");
    EXPECT_NE(received.find("401 "), std::string::npos);
    EXPECT_TRUE(received.ends_with("no"));
}

TEST_F(tls, closes_on_drain) {
    auto client = connect();
    EXPECT_NE(client.ask(get("/a"), "GET /a").find("200 OK"), std::string::npos);
    EXPECT_TRUE(server_->drains_within(10s));
}

// Handshakes from an address that is not loopback.
class tls_handshakes : public testing::Test {
protected:
    void listen(limits bounds) {
        address_ = own_distant_address();
        if (address_.empty())
            GTEST_SKIP() << "this machine has no address but loopback";
        write_certificate(files_, "first");
        tested_ = std::make_unique<test_server>(bounds);
        listen_options where;
        where.at.host = address_;
        where.tls = files_;
        const auto bound = tested_->tested->listen(where);
        ASSERT_TRUE(bound.has_value()) << bound.error().detail;
        port_ = bound->port;
    }

    [[nodiscard]] bool connects() const { return tls_client(port_, {}, address_).is_connected(); }
    [[nodiscard]] std::uint64_t refused() const {
        return tested_->metrics.counter_of("scimd_http_refused_total", "", {{"reason", "handshake_rate"}})
                .value();
    }

    std::string address_;
    std::unique_ptr<test_server> tested_;

private:
    temporary_folder folder_;
    tls_files files_{folder_.path() / "certificate.pem", folder_.path() / "key.pem"};
    std::uint16_t port_ = 0;
};

TEST_F(tls_handshakes, beyond_the_rate_of_an_address_wait_or_are_closed) {
    limits bounds;
    bounds.handshakes_per_address = 1;  // a burst of four
    bounds.handshake_deadline = 2'200ms;
    listen(bounds);
    if (IsSkipped())
        return;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 4; ++i)
        EXPECT_TRUE(connects()) << i;
    EXPECT_EQ(refused(), 0U);
    EXPECT_TRUE(connects()) << "it waits for its turn";
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 900ms);

    std::vector<std::thread> clients;
    std::atomic<int> connected = 0;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&] { connected += connects() ? 1 : 0; });
    for (auto& one : clients)
        one.join();
    EXPECT_LE(connected, 2) << "one waits for at most half of the deadline";
    EXPECT_GE(connected, 1);
    EXPECT_EQ(refused(), 4U - static_cast<unsigned>(connected));
}

TEST_F(tls_handshakes, of_a_trusted_proxy_and_without_a_limit_are_exempt) {
    limits bounds;
    bounds.handshakes_per_address = 1;
    bounds.handshake_deadline = 200ms;
    if (const auto address = own_distant_address(); !address.empty())
        bounds.trusted_proxies.push_back(*ip_network::parse(address));
    listen(bounds);
    if (IsSkipped())
        return;
    for (int i = 0; i < 8; ++i)
        EXPECT_TRUE(connects()) << i;

    bounds.trusted_proxies.clear();
    bounds.handshakes_per_address = 0;
    listen(bounds);
    for (int i = 0; i < 8; ++i)
        EXPECT_TRUE(connects()) << i;
    EXPECT_EQ(refused(), 0U);
}

}  // namespace
}  // namespace scimd::net
