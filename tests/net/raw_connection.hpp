// A client that sends exactly the bytes it is given: one blocking socket, every wait bounded.
#pragma once

#include "scimd/http.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace scimd::net {

class raw_connection {
public:
    static raw_connection to_port(std::uint16_t port, const std::string& address = "127.0.0.1");
    static raw_connection to_file(const std::filesystem::path& path);

    raw_connection(raw_connection&& other) noexcept;
    raw_connection& operator=(raw_connection&&) = delete;
    ~raw_connection();

    [[nodiscard]] bool is_open() const noexcept { return socket_ >= 0; }
    [[nodiscard]] int native() const noexcept { return socket_; }

    bool send(std::string_view bytes);  // false when the peer is gone
    void end_writing();

    // The next response, its chunks put together; empty when the connection ended or nothing whole came
    // within 5 s. With `is_head` a Content-Length announces no bytes.
    std::optional<http::response> read(bool is_head = false);

    // Returns everything up to the peer's end, or until nothing has arrived for `patience`.
    std::string read_to_end(std::chrono::milliseconds patience = std::chrono::seconds(5));

    // True if the peer ends within `patience` without sending anything.
    bool ends_within(std::chrono::milliseconds patience);

    // True if nothing arrives for `patience`.
    bool stays_silent_for(std::chrono::milliseconds patience);

private:
    explicit raw_connection(int socket) : socket_(socket) {}

    bool receive(std::chrono::milliseconds patience);  // more into received_; false: end or nothing
    std::optional<std::string> take(std::size_t bytes);
    std::optional<std::string> take_line();
    std::optional<std::string> take_chunks();

    int socket_;
    bool has_ended_ = false;
    std::string received_;
};

// Returns an address of this machine that is not loopback; empty: there is none. Linux treats all of 127/8 as
// loopback, which is exempt from limits per address.
std::string own_distant_address();

}  // namespace scimd::net
