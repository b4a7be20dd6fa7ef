#include "net/request_parser.hpp"

#include <boost/beast/http/error.hpp>

#include <limits>

namespace scimd::net {

namespace beast_http = boost::beast::http;

request_parser::request_parser(http::request& into, std::size_t chunk_header_bytes_max)
    : into_(into), chunk_header_bytes_max_(chunk_header_bytes_max)
{
    // The gate has measured the head; the body's limit is known when somebody asks for it.
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
    eager(true);
}

void request_parser::limit_body(std::size_t bytes_max)
{
    body_limit(bytes_max);
}

std::optional<std::uint64_t> request_parser::announced_bytes() const
{
    const auto length = content_length();
    return length ? std::optional(*length) : std::nullopt;
}

void request_parser::on_request_impl(verb, string_view method, string_view target, int version, error_code&)
{
    constexpr int http_1_0 = 10;
    is_http_1_0_ = version == http_1_0;
    into_.method.assign(method.data(), method.size());
    into_.target.assign(target.data(), target.size());
}

void request_parser::on_response_impl(int, string_view, int, error_code&) {}

void request_parser::on_field_impl(field, string_view name, string_view value, error_code& failure)
{
    // A trailer (RFC 9112 §7.1.2): nothing we serve wants one, and merging one is how requests are forged.
    if (has_head_) {
        failure = beast_http::error::bad_field;
        return;
    }
    into_.headers.add(std::string(name), std::string(value));
}

void request_parser::on_header_impl(error_code&)
{
    has_head_ = true;
}

// An announcement alone must not cost memory: see expect_body().
void request_parser::on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) {}

std::size_t request_parser::on_body_impl(string_view bytes, error_code&)
{
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
}

void request_parser::on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& failure)
{
    const bool is_extension = extensions.empty() || extensions.front() == ';';
    if (!is_extension || extensions.size() > chunk_header_bytes_max_)
        failure = beast_http::error::bad_chunk_extension;
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&)
{
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
}

void request_parser::on_finish_impl(error_code&) {}

}  // namespace scimd::net
