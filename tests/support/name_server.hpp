// DNS name servers on loopback: a real one with the zones of a test, and a scripted one.
#pragma once

#include "support/temp_directory.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace scimd::test {

// Knot DNS in a process of its own, authoritative for the given zones. The destructor kills the process. One
// thread.
class name_server {
public:
    explicit name_server(const std::vector<std::string>& zones);
    ~name_server();
    name_server(const name_server&) = delete;
    name_server& operator=(const name_server&) = delete;

    // Replaces the records of the zone, besides its SOA and NS: one a line, as in a zone file. Returns when
    // they are served.
    void set(const std::string& zone, std::string_view records);

    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
    void write_zone(const std::string& zone, std::string_view records);
    void control(const std::vector<std::string>& words) const;
    void start();

    temp_directory folder_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
    int serial_ = 0;
};

// Answers each UDP query with the messages that `reply` returns, which may be none. TCP connections are
// refused. Any thread; `reply` runs on a thread of the server.
class scripted_name_server {
public:
    using messages = std::vector<std::string>;

    explicit scripted_name_server(std::function<messages(const std::string& query)> reply);
    ~scripted_name_server();
    scripted_name_server(const scripted_name_server&) = delete;
    scripted_name_server& operator=(const scripted_name_server&) = delete;

    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int queries() const { return queries_; }

private:
    void run();

    std::function<messages(const std::string&)> reply_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> queries_{0};
    std::atomic<bool> is_stopping_{false};
    std::thread thread_;
};

// Builds a response to `query` with its id and question, the response code (0: NOERROR, 2: SERVFAIL, 3:
// NXDOMAIN, 5: REFUSED), and a TXT record for each text, of up to 255 bytes.
std::string dns_response(const std::string& query, int code, const std::vector<std::string>& texts = {});

}  // namespace scimd::test
