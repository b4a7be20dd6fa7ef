#include "net/server/listener.hpp"

#include "net/http/session.hpp"
#include "net/server/tls.hpp"
#include "net/server/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace scimd::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using unix_stream = asio::local::stream_protocol;

// Pause before looking again when all connections are in use or the process has no free descriptor.
constexpr std::chrono::milliseconds accept_pause{100};
// Pause before looking again when an idle connection has been asked to end.
constexpr std::chrono::milliseconds short_accept_pause{5};

error cannot_listen(const endpoint& at, std::string_view why) {
    return error{errc::unavailable, "Cannot listen on " + at.text() + ": " + std::string(why) + "."};
}

asio::awaitable<void> run_session(std::shared_ptr<session> opened) {
    co_await opened->run();
}

asio::ip::address without_mapping(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address;
}

http::peer describe(const tcp::endpoint& remote) {
    const auto address = without_mapping(remote.address());
    http::peer from;
    from.address = address.to_string();
    from.is_loopback = address.is_loopback();
    return from;
}

template <class Protocol>
class socket_listener final : public listener,
                              public std::enable_shared_from_this<socket_listener<Protocol>> {
public:
    using acceptor = typename Protocol::acceptor;
    using socket = typename Protocol::socket;

    socket_listener(asio::io_context& io, acceptor bound, listen_options options,
            std::unique_ptr<tls_credentials> credentials, std::shared_ptr<session_context> shared)
            : io_(io),
              acceptor_(std::move(bound)),
              options_(std::move(options)),
              credentials_(std::move(credentials)),
              shared_(std::move(shared)) {}

    ~socket_listener() override { remove_file(); }

    const endpoint& at() const noexcept override { return options_.at; }

    void open() override {
        asio::co_spawn(acceptor_.get_executor(), accept_all(this->shared_from_this()), asio::detached);
    }

    void close() override {
        // Remove the file before the socket stops listening: another server could otherwise find the socket
        // stale, replace the file by its own, and lose that file here.
        remove_file();
        asio::post(acceptor_.get_executor(), [self = this->shared_from_this()] {
            error_code ignored;
            self->acceptor_.close(ignored);
        });
    }

    result<void> reload_certificate() override {
        return credentials_ ? credentials_->load() : result<void>();
    }

private:
    static asio::awaitable<void> accept_all(std::shared_ptr<socket_listener> self) {
        asio::steady_timer pause(self->acceptor_.get_executor());
        while (self->acceptor_.is_open()) {
            auto& registry = self->shared_->registry;
            if (!self->options_.is_control_socket && registry.is_nearly_full()) {
                co_await self->acceptor_.async_wait(acceptor::wait_read, asio::as_tuple(asio::use_awaitable));
                registry.make_room();
            }
            if (self->must_wait()) {
                pause.expires_after(registry.is_closing_idle() ? short_accept_pause : accept_pause);
                co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
                continue;
            }
            asio::any_io_executor strand = asio::make_strand(self->io_);
            auto [failure, accepted] =
                    co_await self->acceptor_.async_accept(strand, asio::as_tuple(asio::use_awaitable));
            if (!failure) {
                self->is_failing_ = false;
                self->admit(std::move(accepted));
                continue;
            }
            if (failure == asio::error::operation_aborted || failure == asio::error::connection_aborted)
                continue;
            self->report(failure);
            pause.expires_after(accept_pause);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    // The control socket is never held back: the operator needs it most when the server is full.
    bool must_wait() const { return !options_.is_control_socket && shared_->registry.is_full(); }

    void admit(socket accepted) {
        if (shared_->is_draining)
            return;
        http::peer from;
        error_code failure;
        if constexpr (std::is_same_v<Protocol, tcp>) {
            const auto remote = accepted.remote_endpoint(failure);
            if (failure)
                return;
            from = describe(remote);
            accepted.set_option(tcp::no_delay(true), failure);
        } else {
            from.is_loopback = true;
            from.is_operator = options_.is_control_socket;
        }

        auto opened = make_session(wrap(std::move(accepted)), from, shared_);
        if (!shared_->registry.enter(opened, from)) {
            shared_->count_refusal("address");
            return;
        }
        shared_->connections_total.add();
        const auto strand = opened->executor();
        asio::co_spawn(strand, run_session(std::move(opened)), asio::detached);
    }

    std::unique_ptr<transport> wrap(socket accepted) {
        if constexpr (std::is_same_v<Protocol, tcp>) {
            if (credentials_)
                return make_transport(std::move(accepted), credentials_->current());
        }
        return make_transport(std::move(accepted));
    }

    // Logs the first of a series of failures: without free descriptors there are ten a second.
    void report(const error_code& failure) {
        if (std::exchange(is_failing_, true))
            return;
        shared_->log.error("http.accept_failed", {{"reason", failure.message()}});
    }

    void remove_file() {
        std::error_code ignored;
        if (options_.at.is_unix() && !std::exchange(is_file_removed_, true))
            std::filesystem::remove(options_.at.unix_path, ignored);
    }

    asio::io_context& io_;
    acceptor acceptor_;
    const listen_options options_;
    const std::unique_ptr<tls_credentials> credentials_;
    const std::shared_ptr<session_context> shared_;
    bool is_file_removed_ = false;
    bool is_failing_ = false;
};

template <class Protocol>
error_code bind_and_listen(typename Protocol::acceptor& bound, const typename Protocol::endpoint& at) {
    error_code failure;
    bound.bind(at, failure);
    if (!failure)
        bound.listen(asio::socket_base::max_listen_connections, failure);
    return failure;
}

error_code bind_tcp(tcp::acceptor& bound, const tcp::endpoint& at) {
    error_code failure;
    bound.open(at.protocol(), failure);
    if (failure)
        return failure;
    bound.set_option(tcp::acceptor::reuse_address(true), failure);
    // An IPv6 socket for all addresses accepts IPv4, too.
    if (!failure && at.address().is_v6())
        bound.set_option(asio::ip::v6_only(!at.address().is_unspecified()), failure);
    return failure ? failure : bind_and_listen<tcp>(bound, at);
}

// Resolves the host. An empty host means every address, IPv6 and IPv4 where both exist.
result<std::vector<tcp::endpoint>> resolve(asio::io_context& io, const endpoint& at) {
    if (at.host.empty())
        return std::vector<tcp::endpoint>{
                {asio::ip::address_v6::any(), at.port}, {asio::ip::address_v4::any(), at.port}};
    error_code failure;
    const auto found =
            tcp::resolver(io).resolve(at.host, std::to_string(at.port), tcp::resolver::passive, failure);
    if (failure)
        return cannot_listen(at, failure.message());
    return std::vector<tcp::endpoint>(found.begin(), found.end());
}

result<std::shared_ptr<listener>> make_tcp_listener(
        asio::io_context& io, listen_options options, std::shared_ptr<session_context> shared) {
    if (options.is_control_socket)
        return cannot_listen(options.at, "the control socket is a unix socket");
    std::unique_ptr<tls_credentials> credentials;
    if (options.tls) {
        credentials = std::make_unique<tls_credentials>(*options.tls);
        if (auto loaded = credentials->load(); loaded.has_error())
            return loaded.error();
    }
    const auto candidates = resolve(io, options.at);
    if (candidates.has_error())
        return candidates.error();

    error_code failure = asio::error::host_not_found;
    for (const auto& candidate : *candidates) {
        tcp::acceptor bound(asio::make_strand(io));
        failure = bind_tcp(bound, candidate);
        if (failure == asio::error::address_in_use)
            break;
        if (failure)
            continue;
        options.at.port = bound.local_endpoint().port();
        return std::make_shared<socket_listener<tcp>>(
                io, std::move(bound), std::move(options), std::move(credentials), std::move(shared));
    }
    return cannot_listen(options.at, failure.message());
}

// Removes the socket file that a killed process left behind; nothing answers on it.
result<void> clear_stale_file(asio::io_context& io, const endpoint& at) {
    std::error_code failure;
    const auto status = std::filesystem::symlink_status(at.unix_path, failure);
    if (!std::filesystem::exists(status))
        return {};
    if (!std::filesystem::is_socket(status))
        return cannot_listen(at, "a file that is not a socket stands there");

    unix_stream::socket probe(io);
    error_code refused;
    probe.connect(unix_stream::endpoint(at.unix_path.string()), refused);
    if (refused != asio::error::connection_refused)
        return cannot_listen(at, refused ? refused.message() : "another server listens there already");
    std::filesystem::remove(at.unix_path, failure);
    return {};
}

result<std::shared_ptr<listener>> make_unix_listener(
        asio::io_context& io, listen_options options, std::shared_ptr<session_context> shared) {
    constexpr std::size_t path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;
    if (options.tls)
        return cannot_listen(options.at, "a unix socket takes no TLS");
    if (options.at.unix_path.string().size() > path_bytes_max)
        return cannot_listen(
                options.at, "the path is longer than " + std::to_string(path_bytes_max) + " bytes");
    if (auto cleared = clear_stale_file(io, options.at); cleared.has_error())
        return cleared.error();

    unix_stream::acceptor bound(asio::make_strand(io));
    error_code failure;
    bound.open(unix_stream(), failure);
    // Set the mode before bind, so that the socket is never open to other users. On Linux the file gets the
    // mode of its socket.
    if (!failure && options.is_control_socket && ::fchmod(bound.native_handle(), S_IRUSR | S_IWUSR) != 0)
        failure.assign(errno, boost::system::system_category());
    if (!failure)
        failure = bind_and_listen<unix_stream>(bound, unix_stream::endpoint(options.at.unix_path.string()));
    if (failure)
        return cannot_listen(options.at, failure.message());
    return std::make_shared<socket_listener<unix_stream>>(
            io, std::move(bound), std::move(options), nullptr, std::move(shared));
}

}  // namespace

result<std::shared_ptr<listener>> make_listener(
        asio::io_context& io, const listen_options& options, std::shared_ptr<session_context> shared) {
    if (options.at.is_unix())
        return make_unix_listener(io, options, std::move(shared));
    return make_tcp_listener(io, options, std::move(shared));
}

}  // namespace scimd::net
