#include "options/arguments.hpp"

#include "options/command_tree.hpp"
#include "options/option_table.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

namespace scimd::options {
namespace {

// CLI11 lets the file win over the environment. Here it is flags, environment, file: the variables are put
// before the flags, except those of flags that are given.
std::vector<std::string> with_environment(const CLI::App& app, std::vector<std::string> given) {
    std::vector<std::string> added;
    for (const auto* option : app.get_options()) {
        const auto* value =
                option->get_envname().empty() ? nullptr : std::getenv(option->get_envname().c_str());
        const auto flag = option->get_name();
        const bool is_given = std::ranges::any_of(
                given, [&](const std::string& one) { return one == flag || one.starts_with(flag + '='); });
        if (value && *value != '\0' && !is_given)
            added.push_back(flag + '=' + value);
    }
    given.insert(given.begin(), added.begin(), added.end());
    return given;
}

// --- values of commands that can be checked without a server

using words = std::vector<std::string>;

void check_limit(command& given, error_list& errors) {
    constexpr std::int64_t limit_max = 1'000'000'000;
    constexpr std::int64_t attempts_default = 100;  // there may be millions
    if (const auto& text = given.option("--limit"); !text.empty())
        given.limit = read_number("--limit", text, {1, limit_max}, errors);
    else if (given.words == words{"webhook", "attempts"})
        given.limit = attempts_default;
}

void check_domain_gate(const command& given, error_list& errors) {
    const bool sets_policy = given.words == words{"directory", "policy"};
    const auto& policy = sets_policy ? given.arguments[1] : given.option("--domain-policy");
    if (!policy.empty() && policy != "reject" && policy != "hold" && policy != "off")
        errors.push_back("the domain policy must be reject, hold or off, not \"" + policy + "\"");
    const bool sets_scope = given.words == words{"directory", "scope"};
    const auto& scope = sets_scope ? given.arguments[1] : given.option("--domain-gate-scope");
    if (!scope.empty() && scope != "primary" && scope != "all")
        errors.push_back("the scope of the domain gate must be primary or all, not \"" + scope + "\"");
}

std::string text_of(const error_list& errors) {
    std::string text;
    for (const auto& one : errors)
        text += "scimd: " + one + '\n';
    return text + "scimd: see scimd --help\n";
}

}  // namespace

parsed_arguments parse_arguments(int count, const char* const* arguments) {
    invocation called;
    CLI::App app(
            "A self-hosted SCIM 2.0 provisioning service.\n"
            "Every option is also a variable of the environment and a key of the configuration file.",
            "scimd");
    option_table table(called.settings);
    table.declare(app);
    const command_tree tree(app);
    app.allow_extras();
    app.allow_config_extras(CLI::config_extras_mode::capture);
    for (auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        sub->allow_extras(false);
    auto given = with_environment(app, {arguments + 1, arguments + count});
    std::ranges::reverse(given);  // CLI11 takes them from the back
    error_list errors;
    try {
        app.parse(std::move(given));
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
            std::ostringstream out;
            app.exit(problem, out, out);
            return {std::nullopt, out.str(), 0};
        }
        errors.emplace_back(problem.what());
    }
    for (const auto& unknown : app.remaining(true))
        errors.push_back("unknown option or key: " + unknown);
    std::ranges::move(table.read(), std::back_inserter(errors));
    if (errors.empty()) {
        called.command = tree.collect();
        check_limit(called.command, errors);
        check_domain_gate(called.command, errors);
    }
    if (!errors.empty())
        return {std::nullopt, text_of(errors), 2};
    return {std::move(called), {}, 0};
}

}  // namespace scimd::options
