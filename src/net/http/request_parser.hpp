// Adapter from Beast's parser to http::request. It is the second reader of a head, after the checks of
// framing.hpp. Bodies with a Content-Length are counted here; chunked bodies are left to chunk_decoder. Not
// thread-safe; one object per request.
#pragma once

#include "base/error.hpp"
#include "net/http/chunked_body.hpp"
#include "scimd/http.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace scimd::net {

class request_parser final : public boost::beast::http::basic_parser<true> {
public:
    using error_code = boost::system::error_code;

    // `into` must outlive the parser.
    request_parser(http::request& into, const chunk_limits& bounds);

    // Reads `received` up to its end or the end of the body and returns the number of bytes read. May only be
    // called after the head is complete and before the request is.
    result<std::size_t> put_body(std::string_view received);

    // True once head and body have been read.
    [[nodiscard]] bool is_complete() const;

    // Must be called between head and body. A larger chunked body is too_large.
    void limit_body(std::size_t bytes_max);

    // Returns Content-Length, if there is one.
    [[nodiscard]] std::optional<std::uint64_t> announced_bytes() const;

    // Must be called between head and body; the body is then read and dropped.
    void ignore_body() { is_ignored_ = true; }

    // Allocates the buffer for a body of so many bytes, for which memory has been reserved.
    void expect_body(std::size_t bytes) { body_.reserve(bytes); }

    // Returns the part of the body that has arrived.
    [[nodiscard]] std::string_view body() const noexcept { return body_; }
    [[nodiscard]] bool is_http_1_0() const noexcept { return is_http_1_0_; }
    [[nodiscard]] std::string take_body() { return std::move(body_); }

private:
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;
    using verb = boost::beast::http::verb;

    void on_request_impl(verb, string_view method, string_view target, int version, error_code&) override;
    void on_response_impl(int code, string_view reason, int version, error_code&) override;
    void on_field_impl(field, string_view name, string_view value, error_code&) override;
    void on_header_impl(error_code&) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override;
    std::size_t on_body_impl(string_view bytes, error_code&) override;
    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code&) override;
    std::size_t on_chunk_body_impl(std::uint64_t left, string_view bytes, error_code&) override;
    void on_finish_impl(error_code&) override;

    http::request& into_;
    chunk_decoder chunks_;
    std::uint64_t body_bytes_read_ = 0;  // for a body that is not chunked
    bool is_http_1_0_ = false;
    bool is_ignored_ = false;
    std::string body_;
};

}  // namespace scimd::net
