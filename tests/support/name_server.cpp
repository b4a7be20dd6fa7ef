#include "support/name_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace scimd::test {
namespace {

constexpr std::chrono::seconds start_deadline{20};

[[noreturn]] void fail(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
}

// Binds to `port` of 127.0.0.1, 0 for any; -1 when it is taken.
int bound_socket(int kind, std::uint16_t port) {
    const int made = socket(AF_INET, kind | SOCK_CLOEXEC, 0);
    if (made < 0)
        fail("socket");
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(made, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0)
        return made;
    close(made);
    return -1;
}

std::uint16_t port_of(int bound) {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    if (getsockname(bound, reinterpret_cast<sockaddr*>(&at), &size) != 0)
        fail("getsockname");
    return ntohs(at.sin_port);
}

// A port that is free for UDP and TCP.
std::uint16_t free_port() {
    for (int attempt = 0; attempt < 100; ++attempt) {
        const int udp = bound_socket(SOCK_DGRAM, 0);
        const auto port = port_of(udp);
        const int tcp = bound_socket(SOCK_STREAM, port);
        close(udp);
        if (tcp < 0)
            continue;
        close(tcp);
        return port;
    }
    throw std::runtime_error("name_server: no free port");
}

pid_t spawn(const std::vector<std::string>& command, const std::filesystem::path& output) {
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    const std::array<char*, 2> environment = {path.data(), nullptr};
    pid_t process = -1;
    const int problem =
            posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0)
        throw std::system_error(problem, std::generic_category(), command[0] + " (apt-get install knot)");
    return process;
}

int exit_code_of(pid_t process) {
    int status = 0;
    if (waitpid(process, &status, 0) != process)
        fail("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

name_server::name_server(const std::vector<std::string>& zones) : port_(free_port()) {
    std::ofstream file(folder_.path() / "knot.conf");
    const auto folder = folder_.path().string();
    file << "server:\n    rundir: " << folder << "\n    listen: 127.0.0.1@" << port_
         << "\n    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n"
         << "database:\n    storage: " << folder << "/db\n"
         << "template:\n  - id: default\n    storage: " << folder << "\n    file: \"%s.zone\"\n"
         << "    zonefile-load: whole\n    journal-content: none\n"
         << "zone:\n";
    for (const auto& zone : zones) {
        file << "  - domain: " << zone << '\n';
        write_zone(zone, "");
    }
    file.close();
    start();
}

name_server::~name_server() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
}

void name_server::start() {
    const auto folder = folder_.path().string();
    process_ = spawn({"knotd", "-c", folder + "/knot.conf"}, folder_.path() / "log");
    const auto deadline = std::chrono::steady_clock::now() + start_deadline;
    while (!std::filesystem::exists(folder_.path() / "knot.sock")) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("name_server: knotd does not start, see " + folder + "/log");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    control({"status"});
}

void name_server::write_zone(const std::string& zone, std::string_view records) {
    std::ofstream file(folder_.path() / (zone + ".zone"));
    file << "$ORIGIN " << zone << ".\n$TTL 1\n@ SOA ns hostmaster " << ++serial_
         << " 60 60 60 1\n@ NS ns\nns A 127.0.0.1\n"
         << records << '\n';
}

void name_server::set(const std::string& zone, std::string_view records) {
    write_zone(zone, records);
    control({"-b", "zone-reload", zone});
}

void name_server::control(const std::vector<std::string>& words) const {
    std::vector<std::string> all{"knotc", "-s", folder_.path().string() + "/knot.sock"};
    all.insert(all.end(), words.begin(), words.end());
    if (exit_code_of(spawn(all, folder_.path() / "log")) != 0)
        throw std::runtime_error("name_server: knotc " + words.back() + " failed");
}

scripted_name_server::scripted_name_server(std::function<messages(const std::string&)> reply)
        : reply_(std::move(reply)),
          socket_(bound_socket(SOCK_DGRAM, 0)),
          port_(port_of(socket_)),
          thread_([this] { run(); }) {}

scripted_name_server::~scripted_name_server() {
    is_stopping_ = true;
    thread_.join();
    close(socket_);
}

void scripted_name_server::run() {
    constexpr int pause_ms = 10;
    while (!is_stopping_) {
        pollfd wanted{socket_, POLLIN, 0};
        if (poll(&wanted, 1, pause_ms) <= 0)
            continue;
        std::array<char, 4'096> buffer{};
        sockaddr_in from{};
        socklen_t size = sizeof from;
        const auto count =
                recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (count <= 0)
            continue;
        ++queries_;
        for (const auto& message : reply_({buffer.data(), static_cast<std::size_t>(count)}))
            sendto(socket_, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&from),
                    size);
    }
}

std::string dns_response(const std::string& query, int code, const std::vector<std::string>& texts) {
    constexpr std::size_t header_bytes = 12;
    const auto question_bytes = query.find('\0', header_bytes) + 5 - header_bytes;
    std::string made = query.substr(0, 2);
    made += static_cast<char>(0x84);  // a response, authoritative
    made += static_cast<char>(code);
    made += std::string("\0\1", 2) + '\0' + static_cast<char>(texts.size()) + std::string(4, '\0');
    made += query.substr(header_bytes, question_bytes);
    for (const auto& text : texts) {
        made += std::string("\xC0\x0C\0\x10\0\1\0\0\0\1\0", 11);  // name of the question, TXT, IN, TTL 1 s
        made += static_cast<char>(text.size() + 1);
        made += static_cast<char>(text.size());
        made += text;
    }
    return made;
}

}  // namespace scimd::test
