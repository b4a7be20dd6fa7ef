#include "cli/commands.hpp"

#include "api/render.hpp"
#include "api/run_in_process.hpp"
#include "app/application.hpp"
#include "base/json/json.hpp"
#include "base/log_queue.hpp"
#include "base/text.hpp"
#include "cli/backup_commands.hpp"
#include "cli/requests.hpp"
#include "net/client/unix_client.hpp"
#include "scimd/version.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace scimd::cli {
namespace {

constexpr std::chrono::milliseconds answer_deadline{600'000};  // backups and checks take long
constexpr std::chrono::seconds follow_wait{30};                // of a long poll, with a server
constexpr std::chrono::milliseconds poll_pause{200};           // between polls, without a server
constexpr std::chrono::milliseconds test_wait_max{20'000};
constexpr std::int64_t events_page_max = 1'000;

// --- where requests go

// Sends requests to the server when one runs, and otherwise handles them in this process, with the store
// opened at the first request and kept until the end of the command. One thread.
class connection {
public:
    explicit connection(const options::configuration& settings) : settings_(settings) {}

    result<http::response> send(http::request request) {
        request.from.is_operator = true;
        request.id = "cli";
        if (!application_) {
            auto answered = net::call_unix(settings_.data / "control.sock", request, answer_deadline);
            if (answered || answered.error().code != errc::unavailable)
                return answered;
            auto opened = app::application::open(settings_, log_);
            if (!opened)
                return opened.error();
            application_ = std::move(*opened);
        }
        return api::run_in_process(application_->pipeline(), application_->database(), std::move(request));
    }

    // Whether requests go to a server.
    [[nodiscard]] bool has_server() const noexcept { return !application_; }

    // Closes the store, so that a server can start with the data folder.
    void release() { application_.reset(); }

private:
    const options::configuration& settings_;
    log_queue lines_{STDERR_FILENO};
    logger log_{lines_.sink(), log_level::error};
    std::unique_ptr<app::application> application_;
};

// --- output

std::string plain(const json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : to_text(value);
}

bool is_scalar(const json::value& value) {
    return !value.is_object() && !value.is_array();
}

void print_row(const json::object& row, std::ostream& out) {
    std::string line;
    for (const auto& [name, value] : row)
        if (is_scalar(value))
            line += (line.empty() ? "" : "  ") + plain(value);
    out << line << '\n';
}

// Prints for people: one member of an object a line, one row of a list a line, without the objects around
// them.
void print_plain(const json::object& body, std::ostream& out) {
    for (const auto& [name, value] : body) {
        if (value.is_array())
            for (const auto& row : value.get_array())
                row.is_object() ? print_row(row.get_object(), out) : void(out << plain(row) << '\n');
        else if (value.is_object() && name != "stats" && name != "metadata")
            print_plain(value.get_object(), out);
        else if (is_scalar(value))
            out << std::string(name) << ": " << plain(value) << '\n';
    }
}

int fail(const error& reason, bool is_json, std::ostream& out, std::ostream& err) {
    err << "scimd: " << reason.detail << '\n';
    if (is_json) {
        const json::object body{{"code", api::error_code(reason)}, {"message", reason.detail}};
        out << to_text(json::object{{"error", body}}) << '\n';
    }
    return 1;
}

errc code_of_status(int status) {
    switch (status) {
        case 400:
            return errc::invalid_value;
        case 404:
            return errc::not_found;
        case 409:
            return errc::conflict;
        case 503:
            return errc::unavailable;
        default:
            return errc::internal;
    }
}

// The error of a response, which has the form of the management API.
error error_in(const http::response& response) {
    const auto body = parse_json_object(response.body);
    const auto* message = body ? find_string(*body, "message") : nullptr;
    const auto detail =
            message ? std::string(*message) : "The server answered " + std::to_string(response.status) + ".";
    return {code_of_status(response.status), detail};
}

result<json::object> ask(connection& server, http::request request) {
    auto response = server.send(std::move(request));
    if (!response)
        return response.error();
    if (response->status >= 400)
        return error_in(*response);
    return parse_json_object(response->body, {.nodes_max = SIZE_MAX});
}

// --- the commands

json::array* rows_of(json::object& body) {
    for (auto& [name, value] : body)
        if (value.is_array())
            return &value.get_array();
    return nullptr;
}

// Reads a list page by page, to its end or up to --limit rows.
result<json::object> ask_for_all(
        connection& server, const http::request& request, const options::command& command) {
    auto body = ask(server, request);
    const auto* next = body ? find_string(*body, "next_page_token") : nullptr;
    if (!next)
        return body;
    auto& rows = *rows_of(*body);
    const auto rows_max =
            static_cast<std::size_t>(command.limit.value_or(std::numeric_limits<std::int64_t>::max()));
    for (std::string token(*next); !token.empty() && rows.size() < rows_max;) {
        auto more = request;
        more.target += "&page_token=" + percent_encode(token);
        auto page = ask(server, std::move(more));
        if (!page)
            return page;
        for (auto& row : *rows_of(*page))
            rows.push_back(std::move(row));
        token = *find_string(*page, "next_page_token");
    }
    if (rows.size() > rows_max)
        rows.resize(rows_max);
    (*body)["next_page_token"] = "";
    return body;
}

// Waits for the first delivery attempt of a test event, and returns it; returns `answer` when there is none
// in time. The server makes the attempt at once.
result<json::object> await_test(connection& server, const options::command& command, json::object answer) {
    const auto request = test_attempts_request(command, answer);
    for (auto waited = poll_pause; waited < test_wait_max; waited += poll_pause) {
        auto found = ask(server, request);
        if (!found)
            return found;
        auto& attempts = (*found)["attempts"].as_array();
        if (!attempts.empty())
            return std::move(attempts.front().as_object());
        std::this_thread::sleep_for(poll_pause);
    }
    return answer;
}

// Prints the events that the command asks for, page by page, and with --follow those to come. One thread.
class event_reader {
public:
    event_reader(connection& server, const options::command& command, std::ostream& out)
            : server_(server),
              out_(out),
              is_following_(command.is_on("--follow")),
              filter_(filter_of(command)),
              place_(first_place(command)),
              left_(command.limit.value_or(std::numeric_limits<std::int64_t>::max())) {}

    result<void> read() {
        while (left_ > 0) {
            const auto has_more = read_page();
            if (!has_more)
                return has_more.error();
            out_.flush();
            if (*has_more)
                continue;
            if (!is_following_ || !out_)
                return {};
            server_.release();
            std::this_thread::sleep_for(poll_pause);
        }
        return {};
    }

private:
    static std::string filter_of(const options::command& command) {
        std::string filter;
        for (const auto& type : command.all("--type"))
            filter += (filter.empty() ? "&types=" : ",") + percent_encode(type);
        if (command.is_given("--organization"))
            filter += "&organization_id=" + percent_encode(command.option("--organization"));
        if (command.is_given("--directory"))
            filter += "&directory_id=" + percent_encode(command.option("--directory"));
        return filter;
    }

    // Where the first page begins: behind a cursor, or with --directory also behind a sequence number
    // (digits).
    static std::string first_place(const options::command& command) {
        const auto& after = command.option("--after");
        const bool is_number = !after.empty() && after.find_first_not_of("0123456789") == std::string::npos;
        const bool is_sequence = is_number && command.is_given("--directory");
        return (is_sequence ? "&after_sequence=" : "&after=") + percent_encode(after);
    }

    result<bool> read_page() {
        auto target =
                "/api/v1/events?limit=" + std::to_string(std::min(events_page_max, left_)) + filter_ + place_;
        if (is_following_)
            target += "&wait=" + std::to_string(follow_wait.count());
        const auto page = ask(server_, make_request("GET", target));
        if (!page)
            return page.error();
        for (const auto& event : *find_array(*page, "events")) {
            out_ << to_text(event) << '\n';
            --left_;
        }
        // The cursor is also behind events that the filter left out. An empty log has none.
        if (const auto next = find_string(*page, "next_cursor"); next && !next->empty())
            place_ = "&after=" + std::string(*next);
        return find(*page, "has_more")->as_bool();
    }

    connection& server_;
    std::ostream& out_;
    const bool is_following_;
    const std::string filter_;
    std::string place_;
    std::int64_t left_;
};

result<json::object> back_up(connection& server, const options::invocation& called, logger& log) {
    const auto& key_file = called.command.option("--key-to");
    if (const auto checked = check_key_target(called.settings, key_file); !checked)
        return checked.error();
    auto answer = ask(server, request_of(called.command));
    return answer ? copy_keys_of_backup(called.settings, key_file, std::move(*answer), log) : answer;
}

result<json::object> answer_to(connection& server, const options::invocation& called) {
    const auto& name = called.command.words.front();
    if (name != "backup" && name != "restore")
        return ask_for_all(server, request_of(called.command), called.command);
    log_queue lines(STDERR_FILENO);
    logger log(lines.sink(), log_level::error);
    return name == "backup" ? back_up(server, called, log) : restore_backup(called, log);
}

int print_version(const options::configuration& settings, std::ostream& out) {
    const json::object versions{{"version", version}, {"sqlite", store::sqlite_version()}};
    if (settings.is_json)
        out << to_text(versions) << '\n';
    else
        out << "scimd " << version << " (SQLite " << store::sqlite_version() << ")\n";
    return 0;
}

}  // namespace

int run_command(const options::invocation& called, std::ostream& out, std::ostream& err) {
    const auto& command = called.command;
    const bool is_json = called.settings.is_json;
    if (command.words.front() == "version")
        return print_version(called.settings, out);
    connection server(called.settings);
    if (command.words.front() == "events") {
        const auto read = event_reader(server, command, out).read();
        return read ? 0 : fail(read.error(), is_json, out, err);
    }
    auto body = answer_to(server, called);
    if (body && command.words.back() == "test" && server.has_server())
        body = await_test(server, command, std::move(*body));
    if (!body)
        return fail(body.error(), is_json, out, err);
    if (is_json)
        out << to_text(*body) << '\n';
    else
        print_plain(*body, out);
    const auto* is_sound = find(*body, "is_sound");
    return is_sound && !is_sound->as_bool() ? 1 : 0;
}

}  // namespace scimd::cli
