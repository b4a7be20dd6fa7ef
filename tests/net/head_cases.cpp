#include "head_cases.hpp"

#include <initializer_list>

namespace scimd::net {
namespace {

using namespace std::string_literals;

// A head of a request line, "Host: a" and more lines.
std::string with(std::string_view request_line, std::initializer_list<std::string_view> lines = {}) {
    std::string head(request_line);
    head += "\r\nHost: a\r\n";
    for (const auto line : lines)
        head.append(line).append("\r\n");
    return head + "\r\n";
}

std::string get_with(std::initializer_list<std::string_view> lines) {
    return with("GET / HTTP/1.1", lines);
}

std::string post_with(std::initializer_list<std::string_view> lines) {
    return with("POST / HTTP/1.1", lines);
}

std::string hosted(std::string_view host) {
    return "GET / HTTP/1.1\r\nHost:" + std::string(host) + "\r\n\r\n";
}

std::vector<head_case> request_lines() {
    return {
            {"a plain GET", with("GET / HTTP/1.1"), accepted},
            {"a GET of HTTP/1.0", with("GET / HTTP/1.0"), accepted},
            {"a target with query and escapes", with("GET /a%20b/c?d=e&f=%22g%22 HTTP/1.1"), accepted},
            {"a target with quotes as some clients leave them", with("GET /?f=a%20eq%20\"b\" HTTP/1.1"),
                    accepted},
            {"an unknown method is the router's to judge", with("BREW / HTTP/1.1"), accepted},
            {"a method in lower case is another method", with("get / HTTP/1.1"), accepted},
            {"a method of every kind of token character", with("!#$%&'*+-.^_`|~9aZ / HTTP/1.1"), accepted},
            {"PATCH", with("PATCH /Users/1 HTTP/1.1"), accepted},
            {"no version", with("GET /"), 400},
            {"no version but its space", with("GET / "), 400},
            {"no target", with("GET HTTP/1.1"), 400},
            {"an empty target", with("GET  HTTP/1.1"), 400},
            {"no method", with(" / HTTP/1.1"), 400},
            {"only a method", with("GET"), 400},
            {"an empty request line", "\r\nHost: a\r\n\r\n", 400},
            {"a leading empty line", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
            {"a leading space", with(" GET / HTTP/1.1"), 400},
            {"a leading tab", with("\tGET / HTTP/1.1"), 400},
            {"two spaces after the method", with("GET  / HTTP/1.1"), 400},
            {"two spaces before the version", with("GET /  HTTP/1.1"), 400},
            {"a tab after the method", with("GET\t/ HTTP/1.1"), 400},
            {"a tab before the version", with("GET /\tHTTP/1.1"), 400},
            {"a space after the version", with("GET / HTTP/1.1 "), 400},
            {"a space within the target", with("GET /a b HTTP/1.1"), 400},
            {"a form feed in the target", with("GET /a\fb HTTP/1.1"), 400},
            {"a NUL in the target", with("GET /a\0b HTTP/1.1"s), 400},
            {"a DEL in the target", with("GET /a\x7f HTTP/1.1"), 400},
            {"a byte of UTF-8 in the target", with("GET /\xc3\xa4 HTTP/1.1"), 400},
            {"a bare CR in the target", with("GET /a\rb HTTP/1.1"), 400},
            {"a fragment", with("GET /a#b HTTP/1.1"), 400},
            {"absolute form", with("GET http://a/ HTTP/1.1"), accepted},
            {"absolute form of https", with("GET HTTPS://A/b?c HTTP/1.1"), accepted},
            {"absolute form without a path", with("GET http://a HTTP/1.1"), accepted},
            {"absolute form without a path, with a query", with("GET http://a?b HTTP/1.1"), accepted},
            {"absolute form with the port that http has anyway", with("GET http://a:80/ HTTP/1.1"), accepted},
            {"absolute form with an empty port", with("GET http://a:/ HTTP/1.1"), accepted},
            {"absolute form of another host", with("GET http://b/ HTTP/1.1"), 400},
            {"absolute form of another port", with("GET http://a:8080/ HTTP/1.1"), 400},
            {"absolute form with the port of the other scheme", with("GET http://a:443/ HTTP/1.1"), 400},
            {"absolute form of another scheme", with("GET ftp://a/ HTTP/1.1"), 400},
            {"absolute form without a host", with("GET http:///b HTTP/1.1"), 400},
            {"absolute form with user information", with("GET http://a@a/ HTTP/1.1"), 400},
            {"absolute form with a backslash for its slash", with("GET http://a\\b HTTP/1.1"), 400},
            {"absolute form with an escape in its host", with("GET http://%61/ HTTP/1.1"), 400},
            {"absolute form with one slash", with("GET http:/a/ HTTP/1.1"), 400},
            {"absolute form without a Host field", "GET http://a/ HTTP/1.1\r\n\r\n", 400},
            {"absolute form with an IPv6 address",
                    "GET http://[::1]:8080/ HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", accepted},
            {"absolute form with another IPv6 address", "GET http://[::2]/ HTTP/1.1\r\nHost: [::1]\r\n\r\n",
                    400},
            {"authority form", with("CONNECT a:443 HTTP/1.1"), 400},
            {"asterisk form", with("OPTIONS * HTTP/1.1"), accepted},
            {"asterisk form with a query", with("OPTIONS *?a HTTP/1.1"), 400},
            {"asterisk form of GET", with("GET * HTTP/1.1"), 400},
            {"a target without its slash", with("GET a HTTP/1.1"), 400},
            {"a target that begins with a backslash", with("GET \\a HTTP/1.1"), 400},
            {"HTTP/0.9", with("GET / HTTP/0.9"), 400},
            {"HTTP/1.2", with("GET / HTTP/1.2"), accepted},
            {"HTTP/1.9", with("GET / HTTP/1.9"), accepted},
            {"HTTP/2.0", with("GET / HTTP/2.0"), 505},
            {"HTTP/3.1", with("GET / HTTP/3.1"), 505},
            {"HTTP/2", with("GET / HTTP/2"), 400},
            {"HTTP/1.10", with("GET / HTTP/1.10"), 400},
            {"HTTP/01.1", with("GET / HTTP/01.1"), 400},
            {"HTTP/1,1", with("GET / HTTP/1,1"), 400},
            {"HTTP/1.", with("GET / HTTP/1."), 400},
            {"http in lower case", with("GET / http/1.1"), 400},
            {"another protocol", with("GET / HTTQ/1.1"), 400},
            {"a colon in the method", with("GE:T / HTTP/1.1"), 400},
            {"a quote in the method", with("\"GET\" / HTTP/1.1"), 400},
            {"a non-ASCII method", with("G\xc3\x89T / HTTP/1.1"), 400},
            {"a head that begins as the preface of HTTP/2", with("PRI * HTTP/2.0"), 400},
    };
}

std::vector<head_case> field_lines() {
    return {
            {"a field without a value", get_with({"X-A:"}), accepted},
            {"a value with inner spaces and tabs", get_with({"X-A: b \t c"}), accepted},
            {"a value without a space before it", get_with({"X-A:b"}), accepted},
            {"a value with white space around it", get_with({"X-A: \t b \t "}), accepted},
            {"a value of obs-text", get_with({"X-A: \xe4\xf6\xfc"}), accepted},
            {"a name of every kind of token character", get_with({"!#$%&'*+-.^_`|~9aZ: b"}), accepted},
            {"a name with an underscore", get_with({"X_A: b"}), accepted},
            {"two fields of a name that may repeat", get_with({"Accept: a", "Accept: b"}), accepted},
            {"a value that holds colons", get_with({"X-A: b:c:d"}), accepted},
            {"a space before the colon", get_with({"X-A : b"}), 400},
            {"a tab before the colon", get_with({"X-A\t: b"}), 400},
            {"a space within a name", get_with({"X A: b"}), 400},
            {"no colon", get_with({"X-A"}), 400},
            {"no name", get_with({": b"}), 400},
            {"only a colon", get_with({":"}), 400},
            {"a folded line", get_with({"X-A: b", " c"}), 400},
            {"a folded line by tab", get_with({"X-A: b", "\tc"}), 400},
            {"a folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
            {"a folded line of white space only", get_with({"X-A: b", " "}), 400},
            {"a folded Transfer-Encoding", post_with({"Transfer-Encoding:", " chunked"}), 400},
            {"a folded Content-Length", post_with({"Content-Length:", " 5"}), 400},
            {"a parenthesis in a name", get_with({"X(A): b"}), 400},
            {"a quote in a name", get_with({"\"X\": b"}), 400},
            {"a slash in a name", get_with({"X/A: b"}), 400},
            {"a non-ASCII name", get_with({"X-\xc3\xa4: b"}), 400},
            {"a NUL in a name", get_with({"X\0A: b"s}), 400},
            {"a NUL in a value", get_with({"X-A: b\0c"s}), 400},
            {"a bare CR in a value", get_with({"X-A: b\rc"}), 400},
            {"a bare CR before the line's end", get_with({"X-A: b\r"}), 400},
            {"a bare CR that hides a field", post_with({"X-A: b\rContent-Length: 5"}), 400},
            {"a bare CR in a name", get_with({"X\rA: b"}), 400},
            {"a vertical tab in a value", get_with({"X-A: b\vc"}), 400},
            {"an escape character in a value", get_with({"X-A: \x1b[1m"}), 400},
            {"a DEL in a value", get_with({"X-A: b\x7f"}), 400},
            {"a BEL in a value", get_with({"X-A: \a"}), 400},
            {"a bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
            {"a bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n", 400},
            {"a bare LF in a value", get_with({"X-A: b\nX-B: c"}), 400},
            {"bare LFs throughout", "GET / HTTP/1.1\nHost: a\n\n", 400},
            {"a bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
            {"CR CR LF at the end", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", 400},
            {"a byte order mark in front", "\xef\xbb\xbfGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
            {"the first bytes of a TLS handshake", "\x16\x03\x01\x02\r\n\r\n", 400},
    };
}

std::vector<head_case> framing_fields() {
    return {
            {"a body of known length", post_with({"Content-Length: 5"}), accepted},
            {"a body of no length", post_with({"Content-Length: 0"}), accepted},
            {"a body of no length on GET", get_with({"Content-Length: 0"}), accepted},
            {"the longest length that has ten digits", post_with({"Content-Length: 9999999999"}), accepted},
            {"a length with white space around it", post_with({"Content-Length: \t5 "}), accepted},
            {"chunks", post_with({"Transfer-Encoding: chunked"}), accepted},
            {"chunks whatever the case (RFC 9112 §7)", post_with({"transfer-encoding: Chunked"}), accepted},
            {"POST without any body", post_with({}), accepted},
            {"an empty length", post_with({"Content-Length:"}), 400},
            {"a length of eleven digits", post_with({"Content-Length: 10000000000"}), 400},
            {"a length beyond 64 bits", post_with({"Content-Length: 18446744073709551616"}), 400},
            {"a negative length", post_with({"Content-Length: -1"}), 400},
            {"a signed length", post_with({"Content-Length: +5"}), 400},
            {"a length with a leading zero", post_with({"Content-Length: 05"}), 400},
            {"two zeros", post_with({"Content-Length: 00"}), 400},
            {"a hexadecimal length", post_with({"Content-Length: 0x5"}), 400},
            {"a length with letters behind", post_with({"Content-Length: 5a"}), 400},
            {"a length with a fraction", post_with({"Content-Length: 5.0"}), 400},
            {"a length with an exponent", post_with({"Content-Length: 1e1"}), 400},
            {"a length of two numbers", post_with({"Content-Length: 5 5"}), 400},
            {"a list of equal lengths", post_with({"Content-Length: 5, 5"}), 400},
            {"a list of different lengths", post_with({"Content-Length: 5, 6"}), 400},
            {"a length with an underscore", post_with({"Content-Length: 1_0"}), 400},
            {"a quoted length", post_with({"Content-Length: \"5\""}), 400},
            {"two equal lengths", post_with({"Content-Length: 5", "Content-Length: 5"}), 400},
            {"two different lengths", post_with({"Content-Length: 5", "content-length: 6"}), 400},
            {"a length and chunks", post_with({"Content-Length: 5", "Transfer-Encoding: chunked"}), 400},
            {"chunks and a length", post_with({"Transfer-Encoding: chunked", "Content-Length: 5"}), 400},
            {"chunks and a length of zero", post_with({"Transfer-Encoding: chunked", "Content-Length: 0"}),
                    400},
            {"an unknown coding and a length",
                    post_with({"Transfer-Encoding: xchunked", "Content-Length: 5"}), 400},
            {"chunks in HTTP/1.0", with("POST / HTTP/1.0", {"Transfer-Encoding: chunked"}), 400},
            {"two fields of chunked", post_with({"Transfer-Encoding: chunked", "Transfer-Encoding: chunked"}),
                    400},
            {"identity in a field of its own",
                    post_with({"Transfer-Encoding: identity", "Transfer-Encoding: chunked"}), 400},
            {"no coding", post_with({"Transfer-Encoding:"}), 400},
            {"chunked twice in one field", post_with({"Transfer-Encoding: chunked, chunked"}), 400},
            {"chunked before the end", post_with({"Transfer-Encoding: chunked, identity"}), 400},
            {"chunked before gzip", post_with({"Transfer-Encoding: chunked, gzip"}), 400},
            {"chunked and a comma", post_with({"Transfer-Encoding: chunked,"}), 400},
            {"a comma and chunked", post_with({"Transfer-Encoding: ,chunked"}), 400},
            {"quoted chunked", post_with({"Transfer-Encoding: \"chunked\""}), 400},
            {"chunked with a parameter", post_with({"Transfer-Encoding: chunked;a=b"}), 400},
            {"chunked behind a vertical tab", post_with({"Transfer-Encoding: \vchunked"}), 400},
            {"an unknown coding", post_with({"Transfer-Encoding: xchunked"}), 501},
            {"identity", post_with({"Transfer-Encoding: identity"}), 501},
            {"gzip", post_with({"Transfer-Encoding: gzip"}), 501},
            {"gzip under chunks", post_with({"Transfer-Encoding: gzip, chunked"}), 501},
            {"a name that is nearly Transfer-Encoding", post_with({"Transfer-Encoding : chunked"}), 400},
            {"a body on GET", get_with({"Content-Length: 5"}), accepted},
            {"chunks on GET", get_with({"Transfer-Encoding: chunked"}), accepted},
            {"a body on HEAD", with("HEAD / HTTP/1.1", {"Content-Length: 5"}), accepted},
            {"a body on DELETE", with("DELETE / HTTP/1.1", {"Content-Length: 5"}), accepted},
            {"chunks on DELETE", with("DELETE / HTTP/1.1", {"Transfer-Encoding: chunked"}), accepted},
            {"a body on OPTIONS", with("OPTIONS / HTTP/1.1", {"Content-Length: 5"}), accepted},
            {"two lengths on GET", get_with({"Content-Length: 5", "Content-Length: 5"}), 400},
            {"a length and chunks on GET", get_with({"Content-Length: 5", "Transfer-Encoding: chunked"}),
                    400},
            {"chunks in HTTP/1.2", with("POST / HTTP/1.2", {"Transfer-Encoding: chunked"}), accepted},
            {"a body on TRACE", with("TRACE / HTTP/1.1", {"Content-Length: 5"}), accepted},
            {"DELETE without a body", with("DELETE / HTTP/1.1", {"Content-Length: 0"}), accepted},
    };
}

std::vector<head_case> hosts_and_others() {
    return {
            {"a host name", hosted(" scim.example.com"), accepted},
            {"a host name and port", hosted(" scim.example.com:8443"), accepted},
            {"an IPv4 address", hosted(" 192.0.2.7:80"), accepted},
            {"an IPv6 address", hosted(" [::1]"), accepted},
            {"an IPv6 address and port", hosted(" [2001:db8::1]:8080"), accepted},
            {"a host with an underscore", hosted(" my_host:80"), accepted},
            {"a host and an empty port (RFC 3986 §3.2.3)", hosted(" a:"), accepted},
            {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
            {"no Host among other fields", "GET / HTTP/1.1\r\nX-A: b\r\n\r\n", 400},
            {"an empty Host", hosted(""), 400},
            {"a Host of white space", hosted(" \t "), 400},
            {"two equal Hosts", get_with({"Host: a"}), 400},
            {"two different Hosts", get_with({"host: b"}), 400},
            {"a Host with a comma", hosted(" a,b"), 400},
            {"a Host with user information", hosted(" user@a"), 400},
            {"a Host with a path", hosted(" a/b"), 400},
            {"a Host with a query", hosted(" a?b"), 400},
            {"a Host with a space", hosted(" a b"), 400},
            {"a Host that is a URI", hosted(" http://a"), 400},
            {"a Host with an escape", hosted(" a%20b"), 400},
            {"a Host that is only a port", hosted(" :80"), 400},
            {"a port of letters", hosted(" a:b"), 400},
            {"a port of six digits", hosted(" a:800000"), 400},
            {"two ports", hosted(" a:80:80"), 400},
            {"an open bracket", hosted(" [::1"), 400},
            {"empty brackets", hosted(" []"), 400},
            {"letters behind the brackets", hosted(" [::1]a"), 400},
            {"a name in brackets", hosted(" [xyz]"), 400},
            {"Expect: 100-continue", post_with({"Content-Length: 5", "Expect: 100-continue"}), accepted},
            {"Expect whatever the case", post_with({"Content-Length: 5", "expect: 100-Continue"}), accepted},
            {"another expectation", post_with({"Content-Length: 5", "Expect: 200-ok"}), 417},
            {"an empty expectation", post_with({"Content-Length: 5", "Expect:"}), 417},
            {"two expectations", post_with({"Expect: 100-continue", "Expect: 100-continue"}), 400},
            {"a coded body", post_with({"Content-Length: 5", "Content-Encoding: gzip"}), 415},
            {"a body coded as identity", post_with({"Content-Length: 5", "Content-Encoding: identity"}), 415},
            {"two codings of the body", post_with({"Content-Encoding: gzip", "Content-Encoding: br"}), 400},
            {"two Authorizations", get_with({"Authorization: Bearer a", "Authorization: Bearer b"}),
                    accepted},
            {"two Content-Types", post_with({"Content-Type: a/b", "Content-Type: a/b"}), 400},
            {"two If-Matches", get_with({"If-Match: \"a\"", "If-Match: \"b\""}), 400},
            {"one of each that may not repeat",
                    post_with({"Authorization: Bearer a", "Content-Type: a/b", "If-Match: \"a\"",
                            "Content-Length: 5"}),
                    accepted},
    };
}

std::vector<head_case> make_cases() {
    std::vector<head_case> all;
    for (const auto& group : {request_lines(), field_lines(), framing_fields(), hosts_and_others()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

}  // namespace

const std::vector<head_case>& head_cases() {
    static const auto cases = make_cases();
    return cases;
}

}  // namespace scimd::net
