// Requests and responses as plain values: what the server hands to handlers, and what tests and embedders
// make themselves. Knows nothing of sockets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scimd::http {

struct field {
    std::string name;
    std::string value;
};

// Header fields in the order of arrival; names match whatever their case (RFC 9110 §5.1).
class fields {
public:
    void add(std::string name, std::string value);
    void set(std::string_view name, std::string value);  // replaces all of that name

    [[nodiscard]] const std::string* find(std::string_view name) const noexcept;  // the first; nullptr: none
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;

    [[nodiscard]] auto begin() const noexcept { return rows_.begin(); }
    [[nodiscard]] auto end() const noexcept { return rows_.end(); }

private:
    std::vector<field> rows_;
};

// Who is at the other end.
struct peer {
    std::string address;       // "192.0.2.7", "::1"; empty on a unix socket
    bool is_loopback = false;  // a loopback address or a unix socket
    bool is_operator =
        false;  // came by the control socket in the data directory, which only its owner may open
};

struct request {
    std::string method;  // as sent: methods are case-sensitive
    std::string target;  // origin-form, as sent: "/a%20b?c=d"
    fields headers;
    std::string body;  // empty while only the head has been read
    peer from;
    std::string id;  // X-Request-Id as taken or made
};

struct response {
    int status = 200;
    fields headers;
    std::string body;
};

}  // namespace scimd::http
