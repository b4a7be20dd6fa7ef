// The folder of definition files that --schema-dir names.
#pragma once

#include "scim/schema/schema_loader.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace scimd::options {

struct schema_folder {
    std::vector<scim::definition_file> files;  // in the order of their names
    std::vector<std::string> errors;  // of the folder, of its files, of what they define; empty: none
};

// Reads the files *.json of the folder (links are followed; other files, hidden ones and sub-folders are
// not looked at) and checks that they make a catalogue. Limits as in schema_loader.hpp.
schema_folder read_schema_folder(const std::filesystem::path& folder);

}  // namespace scimd::options
