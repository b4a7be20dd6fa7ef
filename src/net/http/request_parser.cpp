#include "net/http/request_parser.hpp"

#include <algorithm>
#include <limits>

namespace scimd::net {

request_parser::request_parser(http::request& into, const chunk_limits& bounds)
        : into_(into), chunks_(bounds) {
    // check_head has limited the head; the limit of the body is set later, by the caller of limit_body().
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(boost::none);
}

result<std::size_t> request_parser::put_body(std::string_view received) {
    if (chunked())
        return chunks_.put(received, is_ignored_ ? nullptr : &body_);
    const auto left = announced_bytes().value_or(0) - body_bytes_read_;
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(left, received.size()));
    if (!is_ignored_)
        body_.append(received.substr(0, bytes));
    body_bytes_read_ += bytes;
    return bytes;
}

bool request_parser::is_complete() const {
    return chunked() ? chunks_.is_done() : body_bytes_read_ == announced_bytes().value_or(0);
}

void request_parser::limit_body(std::size_t bytes_max) {
    chunks_.limit_body(bytes_max);
}

std::optional<std::uint64_t> request_parser::announced_bytes() const {
    const auto length = content_length();
    return length ? std::optional(*length) : std::nullopt;
}

void request_parser::on_request_impl(verb, string_view method, string_view target, int version, error_code&) {
    constexpr int http_1_0 = 10;
    is_http_1_0_ = version == http_1_0;
    into_.method.assign(method.data(), method.size());
    into_.target.assign(target.data(), target.size());
}

void request_parser::on_response_impl(int, string_view, int, error_code&) {}

void request_parser::on_field_impl(field, string_view name, string_view value, error_code&) {
    into_.headers.add(std::string(name), std::string(value));
}

void request_parser::on_header_impl(error_code&) {}

// Beast never calls the functions below, because it is not given the body.
void request_parser::on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) {}

std::size_t request_parser::on_body_impl(string_view bytes, error_code&) {
    return bytes.size();
}

void request_parser::on_chunk_header_impl(std::uint64_t, string_view, error_code&) {}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) {
    return bytes.size();
}

void request_parser::on_finish_impl(error_code&) {}

}  // namespace scimd::net
