// Name servers on loopback: a real one with zones that a test writes, and one that says what a test wants.
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

// Knot, authoritative for the zones it has been given. It ends with the object.
class name_server {
public:
    explicit name_server(const std::vector<std::string>& zones);
    ~name_server();
    name_server(const name_server&) = delete;
    name_server& operator=(const name_server&) = delete;

    // The zone's records besides its SOA and NS, one a line as in a zone file; served when this returns.
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

// Answers each UDP query with the messages that `reply` makes of it, none included. TCP is closed.
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

// A response to `query`: its id and question, `code` (0: NOERROR, 2: SERVFAIL, 3: NXDOMAIN, 5: REFUSED), and
// a TXT record at the name asked for with each of the texts, of up to 255 bytes.
std::string dns_response(const std::string& query, int code, const std::vector<std::string>& texts = {});

}  // namespace scimd::test
