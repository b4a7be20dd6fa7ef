#include "client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <algorithm>
#include <regex>

namespace conformance {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr std::uint64_t reply_bytes_max = 64ULL * 1024 * 1024;

// Starts an asynchronous operation and waits for it, because Beast's timeouts apply to asynchronous ones
// only.
template <class Start>
error_code complete(asio::io_context& context, Start&& start) {
    error_code outcome = asio::error::would_block;
    start([&outcome](const error_code& failure, auto&&...) { outcome = failure; });
    context.restart();
    context.run();
    return outcome;
}

http::request<http::string_body> to_beast(const request& message, const server_address& server) {
    http::request<http::string_body> out;
    out.method_string(message.method);
    out.target(message.target);
    out.version(11);
    const bool is_ipv6 = server.host.find(':') != std::string::npos;
    out.set(http::field::host, (is_ipv6 ? '[' + server.host + ']' : server.host) + ':' + server.port);
    out.keep_alive(false);
    for (const auto& [name, value] : message.headers)
        out.insert(name, value);
    if (message.body)
        out.body() = *message.body;
    out.prepare_payload();
    return out;
}

reply from_beast(http::response<http::string_body> message) {
    reply out;
    out.status = static_cast<int>(message.result_int());
    for (const auto& field : message)
        out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    out.body = std::move(message.body());
    return out;
}

template <class Stream>
boost::system::result<reply> converse(
        asio::io_context& context, Stream& stream, const request& message, const server_address& server) {
    const auto outgoing = to_beast(message, server);
    // A server may refuse a request before it has read all of it: its reply counts, not the broken pipe.
    const error_code written =
            complete(context, [&](auto done) { http::async_write(stream, outgoing, std::move(done)); });

    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(reply_bytes_max);
    parser.skip(message.method == "HEAD");
    const error_code read =
            complete(context, [&](auto done) { http::async_read(stream, buffer, parser, std::move(done)); });
    if (read)
        return written ? written : read;
    return from_beast(parser.release());
}

error_code connect(asio::io_context& context, beast::tcp_stream& stream, const server_address& server) {
    error_code failure;
    asio::ip::tcp::resolver resolver(context);
    const auto found = resolver.resolve(server.host, server.port, failure);
    if (failure)
        return failure;
    return complete(context, [&](auto done) { stream.async_connect(found, std::move(done)); });
}

asio::ssl::context make_tls_context(bool is_insecure) {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.set_default_verify_paths();
    tls.set_verify_mode(is_insecure ? asio::ssl::verify_none : asio::ssl::verify_peer);
    return tls;
}

boost::system::result<reply> send_over_tls(const client& self, const request& message) {
    asio::io_context context;
    auto tls = make_tls_context(self.is_insecure);
    beast::ssl_stream<beast::tcp_stream> stream(context, tls);
    stream.next_layer().expires_after(self.timeout);
    if (!self.is_insecure)
        stream.set_verify_callback(asio::ssl::host_name_verification(self.server.host));
    SSL_set_tlsext_host_name(stream.native_handle(), self.server.host.c_str());

    if (const error_code failure = connect(context, stream.next_layer(), self.server))
        return failure;
    const error_code shaken = complete(context,
            [&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, std::move(done)); });
    if (shaken)
        return shaken;
    return converse(context, stream, message, self.server);
}

boost::system::result<reply> send_plainly(const client& self, const request& message) {
    asio::io_context context;
    beast::tcp_stream stream(context);
    stream.expires_after(self.timeout);
    if (const error_code failure = connect(context, stream, self.server))
        return failure;
    return converse(context, stream, message, self.server);
}

}  // namespace

const std::string* reply::find(std::string_view name) const {
    const auto is_it = [&](const header& field) { return beast::iequals(field.name, name); };
    const auto found = std::find_if(headers.begin(), headers.end(), is_it);
    return found == headers.end() ? nullptr : &found->value;
}

std::optional<server_address> server_address::parse(const std::string& base_url) {
    static const std::regex form(
            R"((https?)://(\[([0-9a-fA-F:.]+)\]|[^/:?#@\[\]]+)(:([0-9]{1,5}))?(/[^?#]*)?)");
    std::smatch part;
    if (!std::regex_match(base_url, part, form))
        return std::nullopt;
    server_address out;
    out.is_tls = part[1] == "https";
    out.host = part[3].matched ? part[3].str() : part[2].str();
    out.port = part[5].matched ? part[5].str() : (out.is_tls ? "443" : "80");
    out.path = part[6].str();
    while (out.path.ends_with('/'))
        out.path.pop_back();
    return out;
}

boost::system::result<reply> client::send(const request& message) const {
    const auto begun = std::chrono::steady_clock::now();
    auto answer = server.is_tls ? send_over_tls(*this, message) : send_plainly(*this, message);
    if (answer)
        answer->elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - begun);
    return answer;
}

}  // namespace conformance
