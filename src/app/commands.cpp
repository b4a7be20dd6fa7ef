#include "app/commands.hpp"

#include "api/render.hpp"
#include "api/run_to_end.hpp"
#include "app/house_keeping.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "net/unix_client.hpp"
#include "scimd/version.hpp"

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

namespace scimd::app {
namespace {

constexpr std::chrono::milliseconds answer_deadline{600'000};  // backups and checks take their time
constexpr std::chrono::milliseconds follow_pause{200};
constexpr std::int64_t events_page = 1'000;

// --- where requests go

// The server when one runs, else the store itself, opened at the first request and held until the end of the
// command.
class connection {
public:
    explicit connection(const configuration& settings) : settings_(settings) {}

    result<http::response> send(http::request request)
    {
        request.from.is_operator = true;
        request.id = "cli";
        if (!home_) {
            auto answered = net::call_unix(settings_.data / "control.sock", request, answer_deadline);
            if (answered || answered.error().code != errc::unavailable)
                return answered;
            auto opened = house_keeping::open(settings_, log_);
            if (!opened)
                return opened.error();
            home_ = std::move(*opened);
        }
        return api::run_to_end(home_->site(), home_->database(), std::move(request));
    }

    // Lets a server take the data directory.
    void release() { home_.reset(); }

private:
    const configuration& settings_;
    logger log_{stderr_sink(), log_level::error};
    std::unique_ptr<house_keeping> home_;
};

// --- what is asked

http::request make_request(std::string_view method, std::string target, const json::object& body = {})
{
    http::request made;
    made.method = method;
    made.target = std::move(target);
    if (!body.empty()) {
        made.headers.add("Content-Type", "application/json");
        made.body = to_text(body);
    }
    return made;
}

// A word of the command line as one segment of a path.
std::string segment(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        const bool is_plain = std::isalnum(code) != 0 || letter == '_' || letter == '-';
        if (is_plain) {
            encoded += letter;
        } else {
            encoded += '%';
            encoded += digits[code >> 4U];
            encoded += digits[code & 15U];
        }
    }
    return encoded;
}

void add_if_given(json::object& body, std::string_view name, const std::string& text)
{
    if (!text.empty())
        body[name] = text;
}

const std::string organizations = "/api/v1/organizations";

std::string organization_path(const std::string& id)
{
    return organizations + '/' + segment(id);
}

std::string directory_path(const std::string& id)
{
    return organizations + "/-/directories/" + segment(id);
}

http::request organization_request(const command& what)
{
    const auto& verb = what.words[1];
    if (verb == "create") {
        json::object body{{"display_name", what.arguments[0]}};
        add_if_given(body, "external_id", what.external_id);
        return make_request("POST", organizations, body);
    }
    if (verb == "list")
        return make_request("GET", organizations + "?page_size=100");
    return make_request("GET", organization_path(what.arguments[0]));
}

http::request domain_request(const command& what)
{
    const auto& verb = what.words[1];
    const auto domains = organization_path(what.arguments[0]) + "/domains";
    if (verb == "create") {
        return make_request(
            "POST", domains, {{"domain", what.arguments[1]}, {"covers_subdomains", what.covers_subdomains}}
        );
    }
    if (verb == "list")
        return make_request("GET", domains + "?page_size=100");
    return make_request(verb == "show" ? "GET" : "DELETE", domains + '/' + segment(what.arguments[1]));
}

http::request directory_request(const command& what)
{
    const auto& verb = what.words[1];
    if (verb == "create") {
        json::object body{{"directory_type", "SCIM"}};
        add_if_given(body, "name", what.name);
        add_if_given(body, "directory_provider", what.provider);
        add_if_given(body, "domain_policy", what.domain_policy);
        return make_request("POST", organization_path(what.arguments[0]) + "/directories", body);
    }
    if (verb == "list")
        return make_request("GET", organization_path(what.arguments[0]) + "/directories");
    const auto path = directory_path(what.arguments[0]);
    if (verb == "show")
        return make_request("GET", path);
    if (verb == "refusals")
        return make_request("GET", path + "/refusals");
    if (verb == "policy")
        return make_request("PATCH", path, {{"domain_policy", what.arguments[1]}});
    return make_request("PATCH", path + ':' + verb);
}

http::request secret_request(const command& what)
{
    const auto& verb = what.words[1];
    const auto secrets = directory_path(what.arguments[0]) + "/secrets";
    if (verb == "create") {
        json::object body;
        add_if_given(body, "expire_time", what.expires);
        return make_request("POST", secrets, body);
    }
    if (verb == "list")
        return make_request("GET", secrets);
    return make_request(verb == "show" ? "GET" : "DELETE", secrets + '/' + segment(what.arguments[1]));
}

http::request request_of(const command& what)
{
    const auto& noun = what.words[0];
    if (noun == "organization")
        return organization_request(what);
    if (noun == "domain")
        return domain_request(what);
    if (noun == "directory")
        return directory_request(what);
    if (noun == "secret")
        return secret_request(what);
    if (noun == "demo") {
        json::object body;
        add_if_given(body, "domain_policy", what.domain_policy);
        return make_request("POST", "/api/v1/demo", body);
    }
    if (noun == "backup") {
        const auto file = std::filesystem::absolute(what.arguments[0]).string();
        return make_request("POST", "/api/v1/backup", {{"file", file}});
    }
    return make_request("POST", "/api/v1/check");
}

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

// Lists come in pages; the command shows them all.
result<json::object> ask_for_all(connection& server, const http::request& request, const command& what)
{
    auto body = ask(server, request);
    if (!body || what.words.front() != "organization" || what.words.back() != "list")
        return body;
    auto next = std::string(*find_string(*body, "next_page_token"));
    while (!next.empty()) {
        auto more = request;
        more.target += "&page_token=" + next;
        auto page = ask(server, std::move(more));
        if (!page)
            return page;
        auto& rows = (*body)["organizations"].as_array();
        for (auto& row : (*page)["organizations"].as_array())
            rows.push_back(std::move(row));
        next = std::string(*find_string(*page, "next_page_token"));
    }
    (*body)["next_page_token"] = "";
    return body;
}

class event_reader {
public:
    event_reader(connection& server, const command& what, std::ostream& out)
        : server_(server),
          what_(what),
          out_(out),
          after_(what.after),
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
    result<bool> read_page()
    {
        std::string target = "/api/v1/events?limit=" + std::to_string(std::min(events_page, left_));
        target += what_.directory.empty() ? "&after="
                                          : "&directory_id=" + segment(what_.directory) + "&after_sequence=";
        target += segment(after_);
        auto page = ask(server_, make_request("GET", target));
        if (!page)
            return page.error();
        for (const auto& event : *find_array(*page, "events")) {
            out_ << to_text(event) << '\n';
            const auto* position = find(event.get_object(), what_.directory.empty() ? "cursor" : "sequence");
            after_ = plain(*position);
            --left_;
        }
        return find(*page, "has_more")->as_bool();
    }

    connection& server_;
    const command& what_;
    std::ostream& out_;
    std::string after_;
    std::int64_t left_;
};

int print_version(const configuration& settings, std::ostream& out)
{
    const json::object versions{{"version", version}, {"sqlite", store::sqlite_version()}};
    if (settings.is_json)
        out << to_text(versions) << '\n';
    else
        out << "scimd " << version << " (SQLite " << store::sqlite_version() << ")\n";
    return 0;
}

}  // namespace

int run_command(const invocation& called, std::ostream& out, std::ostream& err)
{
    const auto& what = called.what;
    const bool is_json = called.settings.is_json;
    if (what.words.front() == "version")
        return print_version(called.settings, out);
    connection server(called.settings);
    if (what.words.front() == "events") {
        const auto read = event_reader(server, what, out).read();
        return read ? 0 : fail(read.error(), is_json, out, err);
    }
    const auto body = ask_for_all(server, request_of(what), what);
    if (!body)
        return fail(body.error(), is_json, out, err);
    if (is_json)
        out << to_text(*body) << '\n';
    else
        print_plain(*body, out);
    const auto* is_sound = find(*body, "is_sound");
    return is_sound && !is_sound->as_bool() ? 1 : 0;
}

}  // namespace scimd::app
