#include "net/http/framing.hpp"

#include "head_cases.hpp"

#include <gtest/gtest.h>

#include <string>

namespace scimd::net {
namespace {

int verdict(const result<void>& checked) {
    return checked.has_error() ? http_status(checked.error().code) : accepted;
}

// Does what a session does: finds the end of the head, then checks it.
int verdict_on(std::string_view received, const limits& bounds) {
    const auto found = find_head(received, 0, bounds);
    if (found.has_error())
        return http_status(found.error().code);
    if (*found == 0)
        return -1;
    return verdict(check_head(received.substr(0, *found), bounds));
}

std::string head_of(std::size_t request_line_bytes, std::size_t block_bytes) {
    constexpr std::string_view around_target = "GET / HTTP/1.1";
    constexpr std::string_view around_value = "Host: a\r\nX: \r\n\r\n";
    return "GET /" + std::string(request_line_bytes - around_target.size(), 'a') +
           " HTTP/1.1\r\nHost: a\r\nX: " + std::string(block_bytes - around_value.size(), 'b') + "\r\n\r\n";
}

std::string head_with_fields(std::size_t count) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < count; ++i)
        head += "X: b\r\n";
    return head + "\r\n";
}

TEST(check_head, accepts_or_refuses_every_case) {
    ASSERT_GE(head_cases().size(), 120U);
    for (const auto& row : head_cases())
        EXPECT_EQ(verdict_on(row.head, limits()), row.status) << row.claim;
}

TEST(check_head, accepts_or_refuses_every_case_given_the_whole_head) {
    for (const auto& row : head_cases())
        EXPECT_EQ(verdict(check_head(row.head, limits())), row.status) << row.claim;
}

TEST(check_head, gives_the_reason) {
    const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
    const struct {
        std::string head;
        std::string_view detail;
    } rows[] = {
            {" / HTTP/1.1\r\n\r\n", "A request begins with its method."},
            {"GET / HTTP/1.1\n\r\n", "A line ends in LF without CR."},
            {"GET /\r\n\r\n", "The request line is not METHOD SP target SP version."},
            {"G(T / HTTP/1.1\r\n\r\n", "The method is not a token."},
            {"GET * HTTP/1.1\r\n\r\n", "The request target is neither a path nor an absolute URI."},
            {"GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n",
                    "The request target does not name one host with an optional port."},
            {"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
                    "The request target names another host than the Host field."},
            {"GET /#a HTTP/1.1\r\n\r\n", "The request target holds a character that a URI may not hold."},
            {"GET / HTTP/1.x\r\n\r\n", "The version is not HTTP/1.1 or HTTP/1.0."},
            {"GET / HTTP/2.0\r\n\r\n", "The only major version understood is HTTP/1."},
            {get + " folded\r\n\r\n", "A header field is folded over two lines."},
            {get + "X\r\n\r\n", "A header line has no colon."},
            {get + "X : b\r\n\r\n", "A header field's name is not a token."},
            {get + "X: \x07\r\n\r\n", "A header field's value holds a control character."},
            {get + "Host: b\r\n\r\n", "Host was sent twice."},
            {post + "Transfer-Encoding: (\r\n\r\n", "Transfer-Encoding is not a list of codings."},
            {post + "Transfer-Encoding: chunked, gzip\r\n\r\n",
                    "Transfer-Encoding names chunked before the end."},
            {post + "Transfer-Encoding: gzip\r\n\r\n", "The only transfer coding understood is chunked."},
            {post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
                    "Transfer-Encoding and Content-Length were sent together."},
            {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "HTTP/1.0 knows no Transfer-Encoding."},
            {post + "Content-Length: -1\r\n\r\n", "Content-Length is not a number of at most ten digits."},
            {"GET / HTTP/1.1\r\n\r\n", "Host is not one host name with an optional port."},
            {post + "Content-Encoding: gzip\r\n\r\n", "A body with a Content-Encoding is not taken."},
            {post + "Expect: miracles\r\n\r\n", "The only expectation met is 100-continue."},
            {head_of(limits().request_line_bytes_max + 1, 100), "The request line is too long."},
            {head_of(100, limits().header_bytes_max + 1), "The header is too large."},
            {head_with_fields(limits().header_fields_max + 1), "The header has too many fields."},
    };
    for (const auto& row : rows) {
        const auto found = find_head(row.head, 0, limits());
        const auto judged = found.has_error() ? result<void>(found.error())
                                              : check_head(row.head.substr(0, *found), limits());
        ASSERT_TRUE(judged.has_error()) << row.detail;
        EXPECT_EQ(judged.error().detail, row.detail);
    }
    EXPECT_EQ(check_head("GET / HTTP/1.1\r\n", limits()).error().detail, "The header does not end.");
    EXPECT_EQ(
            check_head(get + "\r\nX: b\r\n\r\n", limits()).error().detail, "The header ends before its end.");
}

TEST(check_head, refuses_bytes_after_the_end_of_the_header) {
    EXPECT_EQ(verdict(check_head("GET / HTTP/1.1\r\nHost: a\r\n\r\nX: b\r\n\r\n", limits())), 400);
    EXPECT_EQ(verdict(check_head("", limits())), 400);
    EXPECT_EQ(verdict(check_head("\r\n\r\n", limits())), 400);
    EXPECT_EQ(verdict(check_head("GET / HTTP/1.1\r\nHost: a\r\n", limits())), 400);
}

TEST(check_head, accepts_a_request_line_up_to_its_limit) {
    const limits bounds;
    const auto most = bounds.request_line_bytes_max;
    EXPECT_EQ(verdict_on(head_of(most - 1, 100), bounds), accepted);
    EXPECT_EQ(verdict_on(head_of(most, 100), bounds), accepted);
    EXPECT_EQ(verdict_on(head_of(most + 1, 100), bounds), 414);
}

TEST(check_head, accepts_a_header_block_up_to_its_limit) {
    const limits bounds;
    const auto most = bounds.header_bytes_max;
    EXPECT_EQ(verdict_on(head_of(100, most - 1), bounds), accepted);
    EXPECT_EQ(verdict_on(head_of(100, most), bounds), accepted);
    EXPECT_EQ(verdict_on(head_of(100, most + 1), bounds), 431);
}

TEST(check_head, accepts_fields_up_to_their_limit) {
    const limits bounds;
    const auto most = bounds.header_fields_max;
    EXPECT_EQ(verdict_on(head_with_fields(most - 1), bounds), accepted);
    EXPECT_EQ(verdict_on(head_with_fields(most), bounds), accepted);
    EXPECT_EQ(verdict_on(head_with_fields(most + 1), bounds), 431);
}

TEST(origin_form, is_the_part_after_the_authority) {
    EXPECT_EQ(origin_form("GET", "/a?b"), "/a?b");
    EXPECT_EQ(origin_form("GET", "http://a/b?c"), "/b?c");
    EXPECT_EQ(origin_form("GET", "HTTPS://a:1//b"), "//b");
    EXPECT_EQ(origin_form("GET", "http://a"), "/");
    EXPECT_EQ(origin_form("GET", "http://a?b/c"), "/?b/c");
    EXPECT_EQ(origin_form("OPTIONS", "*"), "*");
    EXPECT_EQ(origin_form("OPTIONS", "http://a"), "*");
    EXPECT_EQ(origin_form("OPTIONS", "http://a/"), "/");
    EXPECT_EQ(origin_form("OPTIONS", "http://a?b"), "/?b");
}

TEST(readable_target, is_the_path_of_a_request_line) {
    EXPECT_EQ(readable_target("GET /a?b HTTP/1.1\r\n"), "/a?b");
    EXPECT_EQ(readable_target("GET http://b/a HTTP/1.1\r\n"), "/a");
    EXPECT_EQ(readable_target("GET * HTTP/1.1\r\n"), "");
    EXPECT_EQ(readable_target("GET http://b HTTP/1.1\r\n"), "");
    EXPECT_EQ(readable_target("nonsense\r\n"), "");
}

TEST(find_head, finds_the_same_end_however_the_bytes_arrive) {
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
    const std::string received = head + "\r\n\r\n";
    for (std::size_t first = 0; first < head.size(); ++first) {
        const auto early = find_head(std::string_view(received).substr(0, first), 0, limits());
        ASSERT_FALSE(early.has_error()) << first;
        EXPECT_EQ(*early, 0U) << first;
        const auto late = find_head(received, first, limits());
        ASSERT_FALSE(late.has_error()) << first;
        EXPECT_EQ(*late, head.size()) << first;
    }
}

TEST(find_head, gives_up_on_an_endless_request_line) {
    const limits bounds;
    const auto most = bounds.request_line_bytes_max;
    EXPECT_EQ(verdict_on("GET /" + std::string(most - 5, 'a') + "\r", bounds), -1);
    EXPECT_EQ(verdict_on("GET /" + std::string(most - 5, 'a') + "aa", bounds), 414);
}

TEST(find_head, gives_up_on_an_endless_header) {
    const limits bounds;
    const std::string line = "GET / HTTP/1.1\r\n";
    EXPECT_EQ(verdict_on(line + std::string(bounds.header_bytes_max - 1, 'a'), bounds), -1);
    EXPECT_EQ(verdict_on(line + std::string(bounds.header_bytes_max, 'a'), bounds), 431);
}

TEST(find_head, does_not_wait_for_the_rest_of_an_invalid_head) {
    EXPECT_EQ(verdict_on("\r", limits()), 400);
    EXPECT_EQ(verdict_on("\x16\x03\x01", limits()), 400);
    EXPECT_EQ(verdict_on("GET / HTTP/1.1\n", limits()), 400);
    EXPECT_EQ(verdict_on("GET / HT", limits()), -1);
}

}  // namespace
}  // namespace scimd::net
