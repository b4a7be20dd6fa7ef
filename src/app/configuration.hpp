// What the command line, the environment and the configuration file say: flags before SCIMD_* before the file
// before the defaults.
#pragma once

#include "net/server.hpp"
#include "scim/schema_loader.hpp"
#include "service/access_tokens.hpp"
#include "store/audit.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scimd::app {

// A value; immutable after start (certificates alone are read again).
struct configuration {
    std::filesystem::path data = "data";
    bool is_json = false;                   // commands print JSON
    std::string public_url;                 // without a trailing slash
    bool is_public_url_given = false;       // else it is made of the first listener
    std::filesystem::path master_key_file;  // at most one of these two is given;
    std::string master_key;                 // none: master.key in the data folder
    std::chrono::seconds token_lifetime = service::access_token_lifetime_default;
    store::audit::retention audit_kept;
    std::vector<scim::definition_file> definitions;  // of schemas and resource types, found to be good

    std::vector<net::endpoint> listen;
    std::optional<net::tls_files> tls;
    std::size_t threads = 2;
    log_level log_least = log_level::info;
    bool is_metrics_open = false;
    std::chrono::milliseconds drain_grace{0};
    net::limits limits;
};

// One command and what was given to it: {"organization", "create"} with {"Acme"}.
struct command {
    std::vector<std::string> words;
    std::vector<std::string>
        arguments;  // positional, in the order of the usage line; absent optional ones are empty

    std::string external_id;
    std::string name;
    std::string provider;
    std::string domain_policy;
    std::string scim_mode;
    bool allows_equal_group_names = false;
    std::string expires;
    std::string after;
    std::string directory;
    std::string organization;
    std::string actor;
    std::string since;
    std::optional<std::int64_t> limit;  // of events and audit entries; none: all
    bool covers_subdomains = false;
    bool is_following = false;
    bool is_read_only = false;
    bool is_at_once = false;
};

struct invocation {
    configuration settings;
    command what;
};

// Either what to do, or what to print and how to end: 0 for --help, 2 with every mistake listed.
struct parsed_arguments {
    std::optional<invocation> run;
    std::string output;
    int exit_code = 0;
};
parsed_arguments parse_arguments(int count, const char* const* arguments);

}  // namespace scimd::app
