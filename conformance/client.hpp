// A blocking HTTP client: one exchange at a time, each on a connection of its own. Independent of SCIM.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

struct header {
    std::string name;
    std::string value;
};

struct request {
    std::string method;
    std::string target;  // origin-form: path and query, sent as it is
    std::vector<header> headers;
    std::optional<std::string> body;
};

struct reply {
    int status = 0;
    std::vector<header> headers;
    std::string body;
    std::chrono::milliseconds elapsed{0};

    [[nodiscard]] const std::string* find(std::string_view name) const;  // the first; nullptr: none
};

// The address of the server under test, parsed from "https://host:8443/scim/v2".
struct server_address {
    bool is_tls = false;
    std::string host;
    std::string port;
    std::string path;  // without a trailing slash; empty at the root

    static std::optional<server_address> parse(const std::string& base_url);
};

struct client {
    server_address server;
    bool is_insecure = false;  // accepts any certificate
    std::chrono::seconds timeout{30};

    // Errors are those of the transport: refused, reset, timed out, an invalid certificate.
    [[nodiscard]] boost::system::result<reply> send(const request& message) const;
};

}  // namespace conformance
