#include "options/schema_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

namespace scimd::options {
namespace {

namespace fs = std::filesystem;

bool is_definition_file(const fs::directory_entry& entry) {
    const auto name = entry.path().filename().string();
    std::error_code unknown;
    return name.ends_with(".json") && !name.starts_with('.') && entry.is_regular_file(unknown);
}

// Appends an error when it returns no paths.
std::vector<fs::path> list_definition_files(const fs::path& folder, std::vector<std::string>& errors) {
    std::error_code failed;
    std::vector<fs::path> paths;
    fs::directory_iterator entry(folder, failed);
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
        if (is_definition_file(*entry))
            paths.push_back(entry->path());
        if (paths.size() > scim::definition_files_max) {
            errors.push_back(folder.string() + " has more than " +
                             std::to_string(scim::definition_files_max) + " files");
            return {};
        }
    }
    if (failed)
        errors.push_back(folder.string() + ": " + failed.message());
    else if (paths.empty())
        errors.push_back(folder.string() + " has no file *.json");
    std::ranges::sort(paths);
    return paths;
}

// Reads one byte more than the limit, so that the loader detects a file that is too long.
std::optional<std::string> read_definition_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string content(scim::definition_file_bytes_max + 1, '\0');
    in.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (in.bad() || (in.fail() && !in.eof()))
        return std::nullopt;
    content.resize(static_cast<std::size_t>(in.gcount()));
    return content;
}

}  // namespace

schema_folder read_schema_folder(const fs::path& folder) {
    schema_folder read;
    for (const auto& path : list_definition_files(folder, read.errors))
        if (auto content = read_definition_file(path))
            read.files.push_back({path.filename().string(), std::move(*content)});
        else
            read.errors.push_back(path.filename().string() + ": cannot be read");
    auto loaded = scim::extend_standard(read.files);
    std::ranges::move(loaded.errors, std::back_inserter(read.errors));
    if (!read.errors.empty())
        read.files.clear();
    return read;
}

}  // namespace scimd::options
