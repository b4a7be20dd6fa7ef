#include "cli/backup_commands.hpp"

#include "app/master_keys.hpp"
#include "base/text.hpp"
#include "store/engine/sql.hpp"
#include "store/sqlite/restore.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace scimd::cli {
namespace {

namespace fs = std::filesystem;

using keys = std::vector<master_key>;

bool has_work(const keys& known, std::string_view id)
{
    return std::ranges::find(known, id, &master_key::id) != known.end();
}

json::array texts(const std::vector<std::string>& from)
{
    return json::array(from.begin(), from.end());
}

// Those that a start would find: configured, or in the data folder.
result<keys> keys_at_hand(const options::configuration& settings, logger& log)
{
    if (!settings.master_key.empty())
        return parse_master_keys(settings.master_key);
    const auto file =
        app::owns_master_key(settings) ? app::own_master_key_file(settings) : settings.master_key_file;
    if (app::owns_master_key(settings) && !fs::exists(file))
        return keys();
    return app::read_master_keys(file, log);
}

// Those at hand, and behind them those that are given and not there yet.
result<keys> with_given_keys(
    keys at_hand, const options::configuration& settings, const options::command& what, logger& log
)
{
    if (what.key_file.empty())
        return at_hand;
    if (!app::owns_master_key(settings)) {
        return error{
            errc::invalid_value, "--key-from is for a master key in the data folder; yours is configured."
        };
    }
    auto given = app::read_master_keys(what.key_file, log);
    if (!given)
        return given;
    for (auto& one : *given)
        if (!has_work(at_hand, one.id))
            at_hand.push_back(std::move(one));
    if (at_hand.size() > master_keys_max)
        return error{errc::invalid_value, "A file of master keys holds at most 16."};
    return at_hand;
}

std::optional<error> missing_key(const keys& known, const std::vector<std::string>& needed)
{
    for (const auto& id : needed) {
        if (!has_work(known, id)) {
            return error{
                errc::invalid_value,
                "The backup needs master key " + id +
                    ", which is not among the keys given; give a file that " +
                    "holds it with --key-from or --master-key-file."
            };
        }
    }
    return std::nullopt;
}

}  // namespace

result<void> check_key_target(const options::configuration& settings, const options::command& what)
{
    if (what.key_file.empty())
        return {};
    if (!app::owns_master_key(settings)) {
        return error{
            errc::invalid_value, "--key-to copies the master key of the data folder; yours is configured."
        };
    }
    if (fs::exists(what.key_file))
        return error{errc::conflict, what.key_file + " exists already."};
    return {};
}

result<json::object> copy_keys_of_backup(
    const options::configuration& settings, const options::command& what, json::object made, logger& log
)
{
    if (what.key_file.empty())
        return made;
    const auto known = app::read_master_keys(app::own_master_key_file(settings), log);
    if (!known)
        return known.error();
    std::vector<std::string> needed;
    if (const auto* ids = find_array(made, "master_key_ids"))
        for (const auto& id : *ids)
            needed.emplace_back(id.as_string());
    if (auto refused = missing_key(*known, needed))
        return *refused;
    app::write_master_keys(fs::absolute(what.key_file), *known);
    made["key_file"] = fs::absolute(what.key_file).string();
    return made;
}

result<json::object> restore_backup(
    const options::configuration& settings, const options::command& what, logger& log
)
{
    auto at_hand = keys_at_hand(settings, log);
    if (!at_hand)
        return at_hand.error();
    const auto known = with_given_keys(std::move(*at_hand), settings, what, log);
    if (!known)
        return known.error();
    const auto check = [&](const std::vector<std::string>& needed) -> std::optional<error> {
        if (auto refused = missing_key(*known, needed))
            return refused;
        if (!what.key_file.empty())
            app::write_master_keys(app::own_master_key_file(settings), *known);
        return std::nullopt;
    };
    const fs::path backup = fs::absolute(what.arguments[0]);
    const auto done = store::restore({backup, settings.data, what.is_replacing}, check);
    if (!done)
        return done.error();
    json::object answer{
        {"file", backup.string()},
        {"data", fs::absolute(settings.data).string()},
        {"master_key_ids", texts(done->key_ids)}
    };
    if (done->set_aside)
        answer["set_aside"] = fs::absolute(*done->set_aside).string();
    return answer;
}

}  // namespace scimd::cli
