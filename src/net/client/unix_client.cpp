#include "net/client/unix_client.hpp"

#include "base/text.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <sys/un.h>

#include <array>
#include <charconv>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::net {
namespace {

namespace asio = boost::asio;

constexpr std::size_t response_bytes_max = 64 * 1024 * 1024;

error broken(std::string_view why) {
    return error{errc::internal, "The server's response is broken: " + std::string(why) + "."};
}

error explain(const boost::system::error_code& failure, const std::filesystem::path& socket) {
    const auto at = " at " + socket.string();
    if (failure == asio::error::connection_refused || failure == asio::error::not_found ||
            failure == boost::system::errc::no_such_file_or_directory)
        return error{errc::unavailable, "No server answers" + at + "."};
    if (failure == asio::error::timed_out || failure == asio::error::operation_aborted)
        return error{errc::request_timeout, "The server" + at + " did not answer in time."};
    if (failure == asio::error::access_denied)
        return error{errc::forbidden, "The socket" + at + " may not be opened by this user."};
    return error{errc::internal, "The connection" + at + " failed: " + failure.message() + "."};
}

std::string write_request(const http::request& request) {
    std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& row : request.headers)
        text += row.name + ": " + row.value + "\r\n";
    if (!request.body.empty())
        text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    text += "Connection: close\r\n\r\n";
    return text + request.body;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto* const end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, number);
    if (text.empty() || failure != std::errc() || rest != end)
        return std::nullopt;
    return number;
}

// Requires Content-Length to match the body: a connection that ended early must not pass for a complete
// response. Every response on the control socket has a length.
result<http::response> read_response(std::string_view text) {
    constexpr std::string_view version = "HTTP/1.1 ";
    constexpr std::string_view line_end = "\r\n";
    constexpr std::size_t status_digits = 3;
    const auto head_end = text.find("\r\n\r\n");
    if (!text.starts_with(version) || head_end == std::string_view::npos)
        return broken("it has no head");
    const auto status = parse_number<int>(text.substr(version.size(), status_digits));
    if (!status)
        return broken("it has no status");

    http::response answer;
    answer.status = *status;
    auto block = text.substr(0, head_end + line_end.size());
    block.remove_prefix(block.find(line_end) + line_end.size());
    while (!block.empty()) {
        const auto line = block.substr(0, block.find(line_end));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos)
            return broken("a header line has no colon");
        answer.headers.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
        block.remove_prefix(line.size() + line_end.size());
    }

    if (answer.headers.find("Transfer-Encoding"))
        return broken("its body is a stream");
    answer.body = text.substr(head_end + 2 * line_end.size());
    const auto* const length = answer.headers.find("Content-Length");
    if (length && parse_number<std::size_t>(*length) != answer.body.size())
        return broken("its body is not as long as announced");
    return answer;
}

}  // namespace

result<http::response> call_unix(const std::filesystem::path& socket, const http::request& request,
        std::chrono::milliseconds deadline) {
    if (socket.string().size() >= sizeof(sockaddr_un::sun_path))
        return error{errc::invalid_value, "The socket's path is too long: " + socket.string() + "."};

    asio::local::stream_protocol::iostream wire;
    wire.expires_after(deadline);
    wire.connect(asio::local::stream_protocol::endpoint(socket.string()));
    if (!wire)
        return explain(wire.error(), socket);
    wire << write_request(request) << std::flush;

    // A server that rejects the request may answer before it has read everything, so a failed write is not
    // final.
    wire.clear();
    std::string text;
    std::array<char, 16 * 1024> piece;
    while (wire.read(piece.data(), piece.size()) || wire.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(wire.gcount()));
        if (text.size() > response_bytes_max)
            return error{errc::too_large, "The response is larger than 64 MiB."};
    }
    if (wire.error() && wire.error() != asio::error::eof)
        return explain(wire.error(), socket);
    return read_response(text);
}

}  // namespace scimd::net
