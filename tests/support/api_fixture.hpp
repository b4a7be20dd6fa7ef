// The service without sockets and without a process: requests in, responses out, on a real SQLite database in
// a temporary directory. One thread.
#pragma once

#include "api/pipeline.hpp"
#include "api/request_context.hpp"
#include "base/crypto/vault.hpp"
#include "base/json/json.hpp"
#include "scimd/http.hpp"
#include "store/engine/database.hpp"
#include "support/fixed_random.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_directory.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scimd::test {

// A response, with its body parsed.
struct answer {
    int status = 0;
    http::fields headers;
    std::string text;   // the body as it was sent
    json::object body;  // the parsed body; empty when it is not a JSON object

    [[nodiscard]] std::string header(std::string_view name) const;  // empty: there is none
    [[nodiscard]] std::string text_of(
            std::string_view name) const;  // a member of the body; empty: there is none
    [[nodiscard]] const json::object& member(std::string_view name) const;

    // The values of the attribute in a list response, in the order of the list.
    [[nodiscard]] std::vector<std::string> resources(std::string_view attribute) const;
};

// The credentials of an API client.
struct api_client {
    std::string id;
    std::string secret;
};

using header_list = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class api_fixture {
public:
    explicit api_fixture(const api::limits& bounds = {});
    explicit api_fixture(scim::catalogue types, const api::limits& bounds = {});
    ~api_fixture();

    // Sends a request from a public address, with these headers only.
    answer call(std::string_view method, std::string_view target, std::string_view body = "",
            header_list headers = {});

    // Sends a request as the operator, as from the control socket.
    answer operate(std::string_view method, std::string_view target, std::string_view body = "");

    // Sends a SCIM request with the token of the directory; `path` is relative to the SCIM base ("/Users").
    answer scim(std::string_view method, std::string_view path, std::string_view body = "",
            header_list headers = {});
    answer patch(std::string_view path, std::string_view operations, header_list headers = {});

    // Sends the request, and checks the response of the management API against schema/openapi.yaml.
    answer send(http::request head);

    // Create something and return its id or token. `more` are further members of the body.
    std::string make_organization(std::string_view name);
    std::string make_domain(std::string_view organization, std::string_view name);
    std::string make_directory(std::string_view organization, std::string_view policy = "reject");
    std::string make_token(std::string_view directory, std::string_view expires = "");
    std::string make_user_token(std::string_view user);  // of a user of `directory`
    api_client make_client(std::string_view name, std::string_view more = "");
    std::string make_access_token(const api_client& who, std::string_view scopes = "");
    // An access token of a new client that is bound to `organization`.
    std::string make_bound_token(std::string_view client_name, std::string_view more = "");
    std::string make_user(std::string_view name, std::string_view more = "");
    std::string make_group(std::string_view name, std::string_view more = "");

    // Runs the pending jobs to their end, as the scheduler does in a server: releases held users, finishes
    // removals.
    void work_off();

    // Writes the buffered entries of the request log, as a job does in a server.
    void write_log();

    // The events since the fixture was set up; those of its own organization and directory are left out.
    std::vector<json::object> events();
    std::vector<std::string> event_types();  // "user_created" of each event

    [[nodiscard]] std::string base() const { return "/directory/" + directory + "/scim/v2"; }

    manual_clock clock;
    fixed_random random;
    metrics_registry metrics;
    service::last_used_times last_used;
    service::request_log requests{metrics};
    service::request_retention requests_kept;
    vault key_vault;
    service::token_cache token_cache;
    service::login_rate_limit login_limits{random};
    service::cursor_seal cursors{key_vault, random};
    scim::catalogue_set schemas;
    std::string why_not_ready;
    service::domains::domain_policy_config domain_policy;
    service::txt_look_up look_up_txt;  // unless a test sets it, every DNS server is unreachable
    std::string log_text;
    temp_directory folder;
    spool spooled_responses{folder.path(), metrics};

private:
    logger log_;
    id_source ids_{clock};

public:
    std::unique_ptr<store::database> database;
    api::server_context server;
    api::request_pipeline pipeline{server};

    // An organization with the verified domain acme.com, a directory whose policy requires the domain, and
    // its token.
    std::string organization;
    std::string domain;
    std::string directory;
    std::string token;

    std::string start;  // the cursor after the events of the setup

private:
    std::string last_cursor();
};

// The document of a user: {"schemas": […], "userName": name, "emails": […name@acme.com…], more}
std::string user_text(std::string_view name, std::string_view more = "");
std::string group_text(std::string_view name, std::string_view more = "");

// Percent-encodes the characters that a URI cannot hold.
std::string in_uri(std::string_view text);

}  // namespace scimd::test
