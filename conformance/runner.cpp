// scimd-conformance: plays the dialogues of a data folder against a SCIM server. Shares no code with scimd.
#include "dialogue.hpp"
#include "play.hpp"
#include "report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace {

using conformance::dialogue;
using conformance::outcome;

constexpr int exit_passed = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

struct options {
    std::string base_url;
    std::string token;
    std::string user_token;
    std::string domain = "example.com";
    std::string data = SCIMD_CONFORMANCE_DATA;
    std::vector<std::string> suites;
    bool lists = false;
    bool is_json = false;
    bool is_verbose = false;
    bool is_insecure = false;
    bool keeps = false;
    bool is_strict = false;
};

void declare(CLI::App& app, options& chosen) {
    app.add_option("--base-url", chosen.base_url, "The server's SCIM base, as in https://host/scim/v2");
    app.add_option("--token", chosen.token, "The bearer token")->envname("SCIM_TOKEN");
    app.add_option(
               "--user-token", chosen.user_token, "A token that stands for one user, for the cases of /Me")
            ->envname("SCIM_USER_TOKEN");
    app.add_option("--suite", chosen.suites, "Only this suite, as in rfc7644/patch-add or idp; repeatable");
    app.add_option("--domain", chosen.domain, "The domain of the e-mail addresses used")
            ->capture_default_str();
    app.add_option("--data", chosen.data, "The folder that holds cases/ and idp/")->capture_default_str();
    app.add_flag("--list", chosen.lists, "Check the data and list the cases without playing them");
    app.add_flag("--json", chosen.is_json, "Report as JSON");
    app.add_flag("--verbose", chosen.is_verbose, "Print every exchange");
    app.add_flag("--insecure", chosen.is_insecure, "Take any TLS certificate");
    app.add_flag("--strict", chosen.is_strict, "The server keeps to the letter of the RFC");
    app.add_flag("--keep", chosen.keeps, "Do not delete the resources created");
}

int refuse(const std::string& reason) {
    std::cerr << "scimd-conformance: " << reason << '\n';
    return exit_usage;
}

std::vector<dialogue> choose(std::vector<dialogue> all, const std::vector<std::string>& suites) {
    if (suites.empty())
        return all;
    std::erase_if(all, [&](const dialogue& talk) {
        return std::none_of(suites.begin(), suites.end(),
                [&](const std::string& wanted) { return conformance::is_within(talk.suite, wanted); });
    });
    return all;
}

int play_all(const std::vector<dialogue>& dialogues, const options& chosen) {
    const auto server = conformance::server_address::parse(chosen.base_url);
    if (!server)
        return refuse("--base-url wants http:// or https://, a host and a path, without a query");
    std::string base_url = chosen.base_url;
    while (base_url.ends_with('/'))
        base_url.pop_back();
    const conformance::stage where{{*server, chosen.is_insecure}, base_url, chosen.token, chosen.user_token,
            chosen.domain, chosen.keeps, chosen.is_strict};
    std::vector<outcome> results;
    if (!chosen.is_json)
        conformance::print_header(std::cout);
    for (const auto& talk : dialogues) {
        results.push_back(conformance::play(talk, where));
        if (!chosen.is_json)
            conformance::print_outcome(std::cout, results.back(), chosen.is_verbose);
        std::cout.flush();
    }
    if (chosen.is_json)
        conformance::print_json(std::cout, results);
    else
        conformance::print_summary(std::cout, results);
    const auto passed = [](const outcome& result) { return result.is_passed(); };
    return std::all_of(results.begin(), results.end(), passed) ? exit_passed : exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
    options chosen;
    CLI::App app("Plays SCIM 2.0 dialogues against a server and reports what was not as it should be");
    declare(app, chosen);
    try {
        app.parse(argc, argv);
        const auto dialogues = choose(conformance::load_dialogues(chosen.data), chosen.suites);
        if (dialogues.empty())
            return refuse("there are no such cases in " + chosen.data);
        if (chosen.lists) {
            conformance::print_list(std::cout, dialogues);
            return exit_passed;
        }
        if (chosen.base_url.empty())
            return refuse("--base-url is missing");
        return play_all(dialogues, chosen);
    } catch (const CLI::ParseError& failure) {
        return app.exit(failure) == 0 ? exit_passed : exit_usage;
    } catch (const conformance::bad_data& failure) {
        return refuse(failure.what());
    }
}
