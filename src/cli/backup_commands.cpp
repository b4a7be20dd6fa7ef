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

bool contains(const keys& known, std::string_view id) {
    return std::ranges::find(known, id, &master_key::id) != known.end();
}

json::array texts(const std::vector<std::string>& from) {
    return json::array(from.begin(), from.end());
}

// The keys that a server would find at its start: configured, or in the data folder.
result<keys> present_keys(const options::configuration& settings, logger& log) {
    if (!settings.master_key.empty())
        return parse_master_keys(settings.master_key);
    const auto file =
            app::owns_master_key(settings) ? app::own_master_key_file(settings) : settings.master_key_file;
    if (app::owns_master_key(settings) && !fs::exists(file))
        return keys();
    return app::read_master_keys(file, log);
}

// Appends the keys of the file (empty: --key-from not given) that are not present yet.
result<keys> with_keys_of_file(
        keys present, const options::configuration& settings, const std::string& key_file, logger& log) {
    if (key_file.empty())
        return present;
    if (!app::owns_master_key(settings)) {
        return error{errc::invalid_value,
                "--key-from is for a master key in the data folder; yours is configured."};
    }
    auto added = app::read_master_keys(key_file, log);
    if (!added)
        return added;
    for (auto& one : *added)
        if (!contains(present, one.id))
            present.push_back(std::move(one));
    if (present.size() > master_keys_max)
        return error{errc::invalid_value, "A file of master keys holds at most 16."};
    return present;
}

std::optional<error> missing_key(const keys& known, const std::vector<std::string>& needed) {
    for (const auto& id : needed) {
        if (!contains(known, id)) {
            return error{
                    errc::invalid_value, "The backup needs master key " + id +
                                                 ", which is not among the keys given; give a file that " +
                                                 "holds it with --key-from or --master-key-file."};
        }
    }
    return std::nullopt;
}

}  // namespace

result<void> check_key_target(const options::configuration& settings, const std::string& key_file) {
    if (key_file.empty())
        return {};
    if (!app::owns_master_key(settings)) {
        return error{errc::invalid_value,
                "--key-to copies the master key of the data folder; yours is configured."};
    }
    if (fs::exists(key_file))
        return error{errc::conflict, key_file + " exists already."};
    return {};
}

result<json::object> copy_keys_of_backup(const options::configuration& settings, const std::string& key_file,
        json::object answer, logger& log) {
    if (key_file.empty())
        return answer;
    const auto known = app::read_master_keys(app::own_master_key_file(settings), log);
    if (!known)
        return known.error();
    std::vector<std::string> needed;
    if (const auto* ids = find_array(answer, "master_key_ids"))
        for (const auto& id : *ids)
            needed.emplace_back(id.as_string());
    if (auto missing = missing_key(*known, needed))
        return *missing;
    app::write_master_keys(fs::absolute(key_file), *known);
    answer["key_file"] = fs::absolute(key_file).string();
    return answer;
}

result<json::object> restore_backup(const options::invocation& called, logger& log) {
    const auto& settings = called.settings;
    const auto& key_file = called.command.option("--key-from");
    auto present = present_keys(settings, log);
    if (!present)
        return present.error();
    const auto known = with_keys_of_file(std::move(*present), settings, key_file, log);
    if (!known)
        return known.error();
    const auto check = [&](const std::vector<std::string>& needed) -> std::optional<error> {
        if (auto missing = missing_key(*known, needed))
            return missing;
        if (!key_file.empty())
            app::write_master_keys(app::own_master_key_file(settings), *known);
        return std::nullopt;
    };
    const fs::path backup = fs::absolute(called.command.argument("FILE"));
    const auto done = store::restore({backup, settings.data, called.command.is_on("--replace")}, check);
    if (!done)
        return done.error();
    json::object answer{{"file", backup.string()}, {"data", fs::absolute(settings.data).string()},
            {"master_key_ids", texts(done->key_ids)}};
    if (done->set_aside)
        answer["set_aside"] = fs::absolute(*done->set_aside).string();
    return answer;
}

}  // namespace scimd::cli
