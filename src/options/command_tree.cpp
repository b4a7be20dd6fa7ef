#include "options/command_tree.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace scimd::options {
namespace {

// An empty option would count as none: a filter would match everything, a client could manage all
// organizations, a token would never end. It comes from an unset variable of a script.
void refuse_empty_options(CLI::App& app) {
    const auto why_refused = [](const std::string& given) {
        return std::string(given.empty() ? "it must not be empty" : "");
    };
    for (auto* command : app.get_subcommands({})) {
        for (auto* option : command->get_options())
            if (!option->get_positional())
                option->check(why_refused);
        refuse_empty_options(*command);
    }
}

std::vector<std::string> results_of(const CLI::Option& option, value_kind kind) {
    if (kind == value_kind::on_off)
        return {option.as<bool>() ? "true" : "false"};
    if (kind == value_kind::count)
        return {std::to_string(option.as<std::int64_t>())};
    return option.results();
}

}  // namespace

command_tree::command_tree(CLI::App& app) : app_(app) {
    app.require_subcommand(1);
    for (const auto& row : command_rows())
        declare(row);
    refuse_empty_options(app);
}

command command_tree::collect() const {
    command given;
    const CLI::App* chosen = &app_;
    while (!chosen->get_subcommands().empty()) {
        chosen = chosen->get_subcommands().front();
        given.words.push_back(chosen->get_name());
    }
    given.row = std::ranges::find(commands_, chosen, &decltype(commands_)::value_type::first)->second;
    for (const auto& name : given.row->arguments())
        given.arguments.push_back(chosen->get_option(name)->as<std::string>());
    for (const auto& one : given.row->parameters) {
        const auto* option = one.is_option() ? chosen->get_option(std::string(one.name)) : nullptr;
        if (option && !option->empty())
            given.options.emplace(one.name, results_of(*option, one.kind));
    }
    return given;
}

void command_tree::declare(const command_row& row) {
    auto words = row.words();
    const auto names = words.back();
    for (std::size_t start = 0; start < names.size();) {
        const auto end = std::min(names.find('|', start), names.size());
        words.back() = names.substr(start, end - start);
        add(words, row);
        start = end + 1;
    }
}

void command_tree::add(std::vector<std::string> words, const command_row& row) {
    CLI::App* at = &app_;
    for (const auto& word : words) {
        const auto known = at->get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
        at = known.empty() ? at->add_subcommand(word, "")->fallthrough() : known.front();
    }
    if (words.size() == 2)
        at->get_parent()->require_subcommand(1);
    at->description(row.help);
    for (const auto& name : row.arguments())
        at->add_option(name, text_)->required();
    for (const auto& one : row.parameters)
        if (one.is_option())
            add_option(*at, one);
    commands_.emplace_back(at, &row);
}

void command_tree::add_option(CLI::App& to, const parameter& option) {
    const std::string flag(option.name);
    switch (option.kind) {
        case value_kind::on_off:
            to.add_flag(flag, is_on_, option.help);
            return;
        case value_kind::count:
            to.add_option(flag, count_, option.help)->check(CLI::Range(std::int64_t{0}, option.most));
            return;
        case value_kind::texts:
        case value_kind::headers:
            to.add_option(flag, texts_, option.help);
            return;
        case value_kind::numbers:
            to.add_option(flag, texts_, option.help)->delimiter(',');
            return;
        default:
            to.add_option(flag, text_, option.help);
    }
}

}  // namespace scimd::options
