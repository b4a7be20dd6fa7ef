#include "cli/commands.hpp"

#include "api/render.hpp"
#include "api/run_in_process.hpp"
#include "app/application.hpp"
#include "base/json/json.hpp"
#include "base/log_queue.hpp"
#include "base/text.hpp"
#include "cli/backup_commands.hpp"
#include "cli/requests.hpp"
#include "cli/webhook_requests.hpp"
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

constexpr std::chrono::milliseconds answer_deadline{600'000};  // backups and checks take their time
constexpr std::chrono::seconds follow_wait{30};
constexpr std::chrono::milliseconds follow_pause{200};  // where no server runs that could wait
constexpr std::chrono::milliseconds test_patience{20'000};
constexpr std::int64_t events_page = 1'000;

// --- where requests go

// The server when one runs, else the store itself, opened at the first request and held until the end of the
// command.
class connection {
public:
    explicit connection(const options::configuration& settings) : settings_(settings) {}

    result<http::response> send(http::request request)
    {
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

    // Whether a server has answered, and not the store.
    [[nodiscard]] bool has_server() const noexcept { return !application_; }

    // Lets a server take the data directory.
    void release() { application_.reset(); }

private:
    const options::configuration& settings_;
    log_queue lines_{STDERR_FILENO};
    logger log_{lines_.sink(), log_level::error};
    std::unique_ptr<app::application> application_;
};

// --- what is printed

std::string plain(const json::value& value)
{
    return value.is_string() ? std::string(value.get_string()) : to_text(value);
}

bool is_scalar(const json::value& value)
{
    return !value.is_object() && !value.is_array();
}

void print_row(const json::object& row, std::ostream& out)
{
    std::string line;
    for (const auto& [name, value] : row)
        if (is_scalar(value))
            line += (line.empty() ? "" : "  ") + plain(value);
    out << line << '\n';
}

// For people: an object's members one a line, a list's rows one a line, wrappers left out.
void print_plain(const json::object& body, std::ostream& out)
{
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

int fail(const error& reason, bool is_json, std::ostream& out, std::ostream& err)
{
    err << "scimd: " << reason.detail << '\n';
    if (is_json) {
        const json::object told{{"code", api::error_code(reason)}, {"message", reason.detail}};
        out << to_text(json::object{{"error", told}}) << '\n';
    }
    return 1;
}

errc code_of_status(int status)
{
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

// An error in the form of the management API.
error error_in(const http::response& response)
{
    const auto body = parse_json_object(response.body);
    const auto* message = body ? find_string(*body, "message") : nullptr;
    const auto detail =
        message ? std::string(*message) : "The server answered " + std::to_string(response.status) + ".";
    return {code_of_status(response.status), detail};
}

result<json::object> ask(connection& server, http::request request)
{
    auto response = server.send(std::move(request));
    if (!response)
        return response.error();
    if (response->status >= 400)
        return error_in(*response);
    return parse_json_object(response->body, {.nodes_max = SIZE_MAX});
}

// --- the commands

json::array* rows_of(json::object& body)
{
    for (auto& [name, value] : body)
        if (value.is_array())
            return &value.get_array();
    return nullptr;
}

// Lists come in pages; the command shows them all, or as many as it was told.
result<json::object> ask_for_all(
    connection& server, const http::request& request, const options::command& what
)
{
    auto body = ask(server, request);
    const auto* next = body ? find_string(*body, "next_page_token") : nullptr;
    if (!next)
        return body;
    auto& rows = *rows_of(*body);
    const auto most = static_cast<std::size_t>(what.limit.value_or(std::numeric_limits<std::int64_t>::max()));
    for (std::string token(*next); !token.empty() && rows.size() < most;) {
        auto more = request;
        more.target += "&page_token=" + path_segment(token);
        auto page = ask(server, std::move(more));
        if (!page)
            return page;
        for (auto& row : *rows_of(*page))
            rows.push_back(std::move(row));
        token = *find_string(*page, "next_page_token");
    }
    if (rows.size() > most)
        rows.resize(most);
    (*body)["next_page_token"] = "";
    return body;
}

// What came of a test: the server sends it within the time of an attempt.
result<json::object> await_test(connection& server, const options::command& what, json::object answer)
{
    const auto request = test_attempts_request(what, answer);
    for (auto waited = follow_pause; waited < test_patience; waited += follow_pause) {
        auto found = ask(server, request);
        if (!found)
            return found;
        auto& attempts = (*found)["attempts"].as_array();
        if (!attempts.empty())
            return std::move(attempts.front().as_object());
        std::this_thread::sleep_for(follow_pause);
    }
    return answer;
}

class event_reader {
public:
    event_reader(connection& server, const options::command& what, std::ostream& out)
        : server_(server),
          what_(what),
          out_(out),
          filter_(filter_of(what)),
          place_(first_place(what)),
          left_(what.limit.value_or(std::numeric_limits<std::int64_t>::max()))
    {
    }

    result<void> read()
    {
        while (left_ > 0) {
            const auto has_more = read_page();
            if (!has_more)
                return has_more.error();
            out_.flush();
            if (*has_more)
                continue;
            if (!what_.is_following || !out_)
                return {};
            server_.release();
            std::this_thread::sleep_for(follow_pause);
        }
        return {};
    }

private:
    static std::string filter_of(const options::command& what)
    {
        std::string filter;
        for (const auto& type : what.event_types)
            filter += (filter.empty() ? "&types=" : ",") + path_segment(type);
        if (!what.organization.empty())
            filter += "&organization_id=" + path_segment(what.organization);
        if (!what.directory.empty())
            filter += "&directory_id=" + path_segment(what.directory);
        return filter;
    }

    // A directory is read behind a sequence number, too: digits alone. Later pages begin behind the one
    // before.
    static std::string first_place(const options::command& what)
    {
        const bool is_number =
            !what.after.empty() && what.after.find_first_not_of("0123456789") == std::string::npos;
        const bool is_sequence = is_number && !what.directory.empty();
        return (is_sequence ? "&after_sequence=" : "&after=") + path_segment(what.after);
    }

    result<bool> read_page()
    {
        auto target =
            "/api/v1/events?limit=" + std::to_string(std::min(events_page, left_)) + filter_ + place_;
        if (what_.is_following)
            target += "&wait=" + std::to_string(follow_wait.count());
        const auto page = ask(server_, make_request("GET", target));
        if (!page)
            return page.error();
        for (const auto& event : *find_array(*page, "events")) {
            out_ << to_text(event) << '\n';
            --left_;
        }
        // What was not chosen is passed over for good. An empty log has no cursor.
        if (const auto next = find_string(*page, "next_cursor"); next && !next->empty())
            place_ = "&after=" + std::string(*next);
        return find(*page, "has_more")->as_bool();
    }

    connection& server_;
    const options::command& what_;
    std::ostream& out_;
    const std::string filter_;
    std::string place_;
    std::int64_t left_;
};

result<json::object> back_up(connection& server, const options::invocation& called, logger& log)
{
    if (const auto checked = check_key_target(called.settings, called.what); !checked)
        return checked.error();
    auto made = ask(server, request_of(called.what));
    return made ? copy_keys_of_backup(called.settings, called.what, std::move(*made), log) : made;
}

result<json::object> answer_to(connection& server, const options::invocation& called)
{
    const auto& verb = called.what.positional.front();
    if (verb != "backup" && verb != "restore")
        return ask_for_all(server, request_of(called.what), called.what);
    log_queue lines(STDERR_FILENO);
    logger log(lines.sink(), log_level::error);
    return verb == "backup" ? back_up(server, called, log)
                            : restore_backup(called.settings, called.what, log);
}

int print_version(const options::configuration& settings, std::ostream& out)
{
    const json::object versions{{"version", version}, {"sqlite", store::sqlite_version()}};
    if (settings.is_json)
        out << to_text(versions) << '\n';
    else
        out << "scimd " << version << " (SQLite " << store::sqlite_version() << ")\n";
    return 0;
}

}  // namespace

int run_command(const options::invocation& called, std::ostream& out, std::ostream& err)
{
    const auto& what = called.what;
    const bool is_json = called.settings.is_json;
    if (what.positional.front() == "version")
        return print_version(called.settings, out);
    connection server(called.settings);
    if (what.positional.front() == "events") {
        const auto read = event_reader(server, what, out).read();
        return read ? 0 : fail(read.error(), is_json, out, err);
    }
    auto body = answer_to(server, called);
    if (body && what.positional.back() == "test" && server.has_server())
        body = await_test(server, what, std::move(*body));
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
