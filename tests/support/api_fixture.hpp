// The whole service but its sockets and its process: requests in, responses out, on a real database in a
// folder of its own. One thread.
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

struct answer {
    int status = 0;
    http::fields headers;
    std::string text;   // the body as it is
    json::object body;  // the same as JSON; empty when it is none

    [[nodiscard]] std::string header(std::string_view name) const;   // empty: none
    [[nodiscard]] std::string text_of(std::string_view name) const;  // a member; empty: none
    [[nodiscard]] const json::object& member(std::string_view name) const;

    // The names in it, in the order of the list.
    [[nodiscard]] std::vector<std::string> resources(std::string_view attribute) const;
};

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

    // From a public peer, with no other headers than these.
    answer call(
        std::string_view method, std::string_view target, std::string_view body = "", header_list headers = {}
    );

    // From the control socket.
    answer operate(std::string_view method, std::string_view target, std::string_view body = "");

    // With the directory's token; `path` is below its base ("/Users").
    answer scim(
        std::string_view method, std::string_view path, std::string_view body = "", header_list headers = {}
    );
    answer patch(std::string_view path, std::string_view operations, header_list headers = {});

    answer send(http::request head);

    // Ids of new ones.
    std::string make_organization(std::string_view name);
    std::string make_domain(std::string_view organization, std::string_view name);
    std::string make_directory(std::string_view organization, std::string_view policy = "reject");
    std::string make_token(std::string_view directory, std::string_view expires = "");
    std::string make_user_token(std::string_view user);  // of a user of the house's own directory
    api_client make_client(std::string_view name, std::string_view more = "");
    std::string make_access_token(const api_client& who, std::string_view scopes = "");
    std::string make_bound_token(
        std::string_view client_name, std::string_view more = ""
    );  // for its organization
    std::string make_user(std::string_view name, std::string_view more = "");
    std::string make_group(std::string_view name, std::string_view more = "");

    // Since the house was made: its own organization and directory are not among them.
    // Does what waits for jobs: held users let out, removals ended.
    void work_off();

    // Writes what the log of requests has noted; jobs do it in a server.
    void write_log();

    std::vector<json::object> events();
    std::vector<std::string> event_types();  // "user_created" of each

    [[nodiscard]] std::string base() const { return "/directory/" + directory + "/scim/v2"; }

    manual_clock clock;
    fixed_random random;
    metrics_registry metrics;
    service::last_used_times usage;
    service::request_log requests{metrics};
    service::request_retention requests_kept;
    vault key_vault;
    service::token_cache verified;
    service::login_rate_limit login_limits{random};
    service::cursor_seal cursors{key_vault, random};
    scim::catalogue_set schemas;
    std::string why_not_ready;
    service::domains::domain_policy_config domain_policy;
    service::txt_look_up look_up_txt;  // set it to have an answer; else every server is unreachable
    std::string log_text;
    temp_directory folder;
    spool long_replies{folder.path(), metrics};

private:
    logger log_;
    id_source ids_{clock};

public:
    std::unique_ptr<store::database> database;
    api::server_context server;
    api::request_pipeline pipeline{server};

    // An organization with the verified domain acme.com, a directory that asks for it, and a token.
    std::string organization;
    std::string domain;
    std::string directory;
    std::string token;

    std::string start;  // what the house itself has told stands before this cursor

private:
    std::string last_cursor();
};

// {"schemas": […], "userName": name, "emails": […name@acme.com…], more}
std::string user_text(std::string_view name, std::string_view more = "");
std::string group_text(std::string_view name, std::string_view more = "");

// As in a URI: only what must be is encoded.
std::string in_uri(std::string_view text);

}  // namespace scimd::test
