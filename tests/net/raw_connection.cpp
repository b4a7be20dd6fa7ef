#include "raw_connection.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <utility>

namespace scimd::net {
namespace {

constexpr std::chrono::milliseconds patience_default{5'000};

template <class Address>
int connect_to(int family, const Address& address) {
    const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        return -1;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
        return socket;
    ::close(socket);
    return -1;
}

}  // namespace

raw_connection raw_connection::to_port(std::uint16_t port, const std::string& address) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
    return raw_connection(connect_to(AF_INET, to));
}

raw_connection raw_connection::to_file(const std::filesystem::path& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, path.c_str(), sizeof(to.sun_path) - 1);
    return raw_connection(connect_to(AF_UNIX, to));
}

raw_connection::raw_connection(raw_connection&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

raw_connection::~raw_connection() {
    if (socket_ >= 0)
        ::close(socket_);
}

bool raw_connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void raw_connection::end_writing() {
    ::shutdown(socket_, SHUT_WR);
}

bool raw_connection::receive(std::chrono::milliseconds patience) {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0)
        return false;
    std::array<char, 16 * 1024> piece;
    const auto count = ::recv(socket_, piece.data(), piece.size(), 0);
    has_ended_ = count <= 0;
    if (count > 0)
        received_.append(piece.data(), static_cast<std::size_t>(count));
    return count > 0;
}

std::optional<http::response> raw_connection::read(bool is_head) {
    auto head_end = received_.find("\r\n\r\n");
    for (; head_end == std::string::npos; head_end = received_.find("\r\n\r\n"))
        if (!receive(patience_default))
            return std::nullopt;
    http::response answer;
    answer.status = std::stoi(received_.substr(std::strlen("HTTP/1.1 "), 3));
    const std::string block = received_.substr(0, head_end);
    for (const auto row : split(block, '\n')) {
        const auto line = row.substr(0, row.find('\r'));
        if (const auto colon = line.find(':'); colon != std::string_view::npos)
            answer.headers.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
    }
    received_.erase(0, head_end + 4);

    const auto* const length = answer.headers.find("Content-Length");
    const std::size_t bytes = length && !is_head ? std::stoul(*length) : 0;
    auto body = answer.headers.find("Transfer-Encoding") ? take_chunks() : take(bytes);
    if (!body)
        return std::nullopt;
    answer.body = std::move(*body);
    return answer;
}

std::optional<std::string> raw_connection::take(std::size_t bytes) {
    while (received_.size() < bytes)
        if (!receive(patience_default))
            return std::nullopt;
    auto taken = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return taken;
}

std::optional<std::string> raw_connection::take_line() {
    auto end = received_.find("\r\n");
    for (; end == std::string::npos; end = received_.find("\r\n"))
        if (!receive(patience_default))
            return std::nullopt;
    auto line = take(end);
    received_.erase(0, 2);
    return line;
}

std::optional<std::string> raw_connection::take_chunks() {
    std::string all;
    for (;;) {
        const auto size = take_line();
        if (!size)
            return std::nullopt;
        const auto chunk = take(std::stoul(*size, nullptr, 16));
        if (!chunk || take_line() != "")
            return std::nullopt;
        if (chunk->empty())
            return all;
        all += *chunk;
    }
}

std::string raw_connection::read_to_end(std::chrono::milliseconds patience) {
    while (receive(patience)) {}
    return std::exchange(received_, {});
}

bool raw_connection::ends_within(std::chrono::milliseconds patience) {
    return !receive(patience) && has_ended_ && received_.empty();
}

bool raw_connection::stays_silent_for(std::chrono::milliseconds patience) {
    return received_.empty() && !receive(patience) && !has_ended_;
}

std::string own_distant_address() {
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0)
        return {};
    std::string found;
    for (const auto* one = all; one && found.empty(); one = one->ifa_next) {
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & IFF_LOOPBACK) != 0)
            continue;
        std::array<char, INET_ADDRSTRLEN> text{};
        const auto* const address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
        ::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
        found = text.data();
    }
    ::freeifaddrs(all);
    return found;
}

}  // namespace scimd::net
